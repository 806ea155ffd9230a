"""Adversarial losses on the scores of paired real and fake rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from keras import ops

Penalty = Literal["zero_centred", "unit_norm"]
ScoreLoss = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class AdversarialLoss:
    """A game: two losses, and the gradient penalty that belongs to it.

    Parameters
    ----------
    name : str
        Name in `LOSSES`.
    discriminator : callable
        `discriminator(real_scores, fake_scores)`, both of shape (batch,), gives the
        scalar that the discriminator minimises.
    generator : callable
        The same for the generator.
    penalty : {"zero_centred", "unit_norm"}
        `"zero_centred"`: R1 on real and R2 on fake rows. `"unit_norm"`: the
        Wasserstein loss's penalty between them. See `synthgan.losses.penalties`.
    """

    name: str
    discriminator: ScoreLoss
    generator: ScoreLoss
    penalty: Penalty


def _mean_softplus(scores: Any) -> Any:
    return ops.mean(ops.softplus(scores))


_RELATIVISTIC = AdversarialLoss(
    "relativistic",
    discriminator=lambda real, fake: _mean_softplus(fake - real),
    generator=lambda real, fake: _mean_softplus(real - fake),
    penalty="zero_centred",
)
_NON_SATURATING = AdversarialLoss(
    "non_saturating",
    discriminator=lambda real, fake: _mean_softplus(-real) + _mean_softplus(fake),
    generator=lambda real, fake: _mean_softplus(-fake),
    penalty="zero_centred",
)
_MINIMAX = AdversarialLoss(
    "minimax",
    discriminator=lambda real, fake: _mean_softplus(-real) + _mean_softplus(fake),
    # log(1 - sigmoid(s)) = -softplus(s)
    generator=lambda real, fake: -_mean_softplus(fake),
    penalty="zero_centred",
)
_WASSERSTEIN = AdversarialLoss(
    "wasserstein",
    discriminator=lambda real, fake: ops.mean(fake) - ops.mean(real),
    generator=lambda real, fake: -ops.mean(fake),
    penalty="unit_norm",
)
_HINGE = AdversarialLoss(
    "hinge",
    discriminator=lambda real, fake: (
        ops.mean(ops.relu(1.0 - real)) + ops.mean(ops.relu(1.0 + fake))
    ),
    generator=lambda real, fake: -ops.mean(fake),
    penalty="zero_centred",
)

#: The losses by name.
#:
#: ================ ================================== ==============================
#: name             discriminator minimises            generator minimises
#: ================ ================================== ==============================
#: relativistic     E softplus(D(x̃) - D(x))            E softplus(D(x) - D(x̃))
#: non_saturating   E softplus(-D(x)) + E softplus(D(x̃)) E softplus(-D(x̃))
#: minimax          as above                           -E softplus(D(x̃))
#: wasserstein      E D(x̃) - E D(x)                    -E D(x̃)
#: hinge            E max(0, 1-D(x)) + E max(0, 1+D(x̃)) -E D(x̃)
#: ================ ================================== ==============================
#:
#: relativistic: Jolicoeur-Martineau 2018, arXiv:1807.00734; paired and with R1 and R2:
#: Huang et al. 2024, "The GAN is dead; long live the GAN!", arXiv:2501.05441.
#: minimax and non-saturating: Goodfellow et al. 2014, arXiv:1406.2661.
#: wasserstein: Arjovsky et al. 2017, arXiv:1701.07875; its penalty: Gulrajani et al.
#: 2017, arXiv:1704.00028. hinge: Lim and Ye 2017, arXiv:1705.02894.
LOSSES: dict[str, AdversarialLoss] = {
    loss.name: loss
    for loss in (_RELATIVISTIC, _NON_SATURATING, _MINIMAX, _WASSERSTEIN, _HINGE)
}
