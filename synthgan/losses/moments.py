"""Moment matching: the generator also pays for margins and pairs that it gets wrong.

A discriminator that looks at single rows sees a frequency that is a few percent off
late, if at all. What a batch knows well, how often each feature and each pair of
features occurs, is told to the generator directly.
"""

from __future__ import annotations

from typing import Any

from keras import ops

#: Weight of the moment term in the generator's loss.
MOMENT_WEIGHT = 0.1
#: Weight of the past, per step, in the running error: some 100 batches are averaged,
#: since the error that matters is smaller than one batch's noise.
MEMORY = 0.99
#: Rows with more features than this are matched feature by feature, without pairs:
#: the matrix of pairs would outgrow the networks.
MAX_PAIRED_WIDTH = 1_024


def feature_moments(features: Any, weights: Any) -> Any:
    """Return the weighted means of all products of two features, or of features.

    Parameters
    ----------
    features : tensor, shape (batch, features_width)
    weights : tensor, shape (batch, 1)
        Weights of the rows; they sum to 1.

    Returns
    -------
    tensor, shape (features_width, features_width) or (1, features_width)
        Uncentred second moments; the diagonal of a one-hot block is its frequencies.
        Beyond `MAX_PAIRED_WIDTH` features their means.
    """
    if features.shape[1] <= MAX_PAIRED_WIDTH:
        return ops.matmul(ops.transpose(features * weights), features)
    return ops.sum(features * weights, axis=0, keepdims=True)


def moment_loss(features: Any, weights: Any, running_error: Any) -> Any:
    """Return a loss whose gradient closes the gap between fake and real moments.

    Parameters
    ----------
    features : tensor, shape (batch, features_width)
        Fake rows, differentiable.
    weights : tensor, shape (batch, 1)
        Weights of the rows; they sum to 1.
    running_error : tensor
        Running mean of fake minus real moments.

    Returns
    -------
    scalar tensor
        Only its gradient has a meaning.

    Notes
    -----
    The squared distance |m - m*|² / 2 between fake and real moments has the gradient
    (m - m*) dm. With the noisy m - m* replaced by its running mean e, this is for a row
    x of weight w, and m = E x xᵀ, the vector 2 w e x, which is formed here directly.

    References
    ----------
    Li, Swersky and Zemel, "Generative moment matching networks", 2015,
    arXiv:1502.02761. Salimans et al., "Improved techniques for training GANs" (feature
    matching), 2016, arXiv:1606.03498.
    """
    if features.shape[1] <= MAX_PAIRED_WIDTH:
        direction = 2.0 * ops.matmul(features, running_error)
    else:
        direction = running_error
    return MOMENT_WEIGHT * ops.sum(weights * features * ops.stop_gradient(direction))
