"""`GANOverSampler`: rows of the smaller classes, by imbalanced-learn's contract.

imbalanced-learn is imported when the over-sampler is used. Its pipelines ask for the
methods of a sampler, not for its base classes; those would turn a mixed frame into one
array of objects, or refuse it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, check_consistent_length, validate_data

from synthgan._random import RandomState
from synthgan.augmentation.drawing import draw_classes, make_synthesizer, spread_places
from synthgan.exceptions import InputError

SamplingStrategy = (
    str
    | float
    | Mapping[Hashable, int]
    | Callable[[np.ndarray], Mapping[Hashable, int]]
)


class GANOverSampler(OneToOneFeatureMixin, BaseEstimator):
    """Over-samples classes with rows that a GAN makes of them.

    One synthesizer learns all rows, with the class as one more column; then it is asked
    for rows of the classes that need more. Frames may mix kinds and have missing cells
    and dates. Works in `imblearn.pipeline.Pipeline`, which over-samples the training
    rows only. Needs imbalanced-learn: `pip install imbalanced-learn`.

    Parameters
    ----------
    synthesizer : GANSynthesizer or None, default None
        Is cloned, then fitted. None takes the defaults, without a progress bar.
    sampling_strategy : str, float, dict or callable, default "auto"
        Which classes get rows, and how many; as everywhere in imbalanced-learn.
        `"auto"` and `"not majority"` bring all classes up to the largest,
        `"minority"` the smallest only; `"not minority"` and `"all"` are the others. A
        float is the share of the smaller of two classes in the larger, afterwards. A
        dict of class to number says how many rows there shall be in all, and a callable
        makes such a dict of y.
    random_state : int, Generator, RandomState or None, default None
        Seed of the synthesizer; None leaves its own.

    Attributes
    ----------
    sampling_strategy_ : dict of class to int
        How many rows each class got.
    synthesizer_ : GANSynthesizer
        Learned `X` and the classes; not there where no class needed rows.
    n_features_in_ : int
        Number of columns of `X`.
    feature_names_in_ : ndarray of object
        Their names, if all are strings.

    References
    ----------
    G. Lemaitre, F. Nogueira, C. K. Aridas, "Imbalanced-learn", JMLR 18, 2017.

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgan import GANSynthesizer
    >>> X = pd.DataFrame({"age": [31, None, 62] * 9, "paid": [True, False, True] * 9})
    >>> y = pd.Series(["stays"] * 20 + ["goes"] * 7)
    >>> sampler = GANOverSampler(GANSynthesizer(n_steps=8, verbose=False))
    >>> X_more, y_more = sampler.fit_resample(X, y)
    >>> sampler.sampling_strategy_, y_more.value_counts().tolist()
    ({'goes': 13}, [20, 20])
    """

    #: How imbalanced-learn recognises samplers.
    _estimator_type = "sampler"

    def __init__(
        self,
        synthesizer: Any = None,
        sampling_strategy: SamplingStrategy = "auto",
        random_state: RandomState = None,
    ) -> None:
        self.synthesizer = synthesizer
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> GANOverSampler:
        """Check what is given and count the classes; `fit_resample` does the rest.

        Parameters
        ----------
        X : DataFrame or array of n rows
            The features.
        y : Series or array of n cells
            The classes.

        Returns
        -------
        GANOverSampler
            This object.
        """
        self._check(X, y)
        return self

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        """Learn the rows, and return them with new ones of the smaller classes.

        Parameters
        ----------
        X : DataFrame or array of n rows
            The features.
        y : Series or array of n cells
            The classes, or one column for each class.

        Returns
        -------
        X_resampled : DataFrame or array
            The rows of `X` as they are, then the synthetic ones; a frame keeps its
            columns and dtypes and gets a fresh RangeIndex.
        y_resampled : Series or array
            Their classes.

        Raises
        ------
        ImportError
            If imbalanced-learn is not installed.
        ValueError
            If `y` is not made of classes, or `sampling_strategy` does not fit it.
        InputError
            If a class is missing, or the table cannot be learned.
        """
        features, labels = self._check(X, y)
        names = pd.Index(features.columns)
        target = _free_name(names)
        table = features.copy(deep=False)
        table[target] = labels
        places = spread_places(
            {
                int(np.flatnonzero(labels == label)[0]): count
                for label, count in self.sampling_strategy_.items()
            }
        )
        if len(places):
            self.synthesizer_ = make_synthesizer(self.synthesizer, self.random_state)
            added = draw_classes(self.synthesizer_, table, target, places)[names]
        else:
            added = features.iloc[:0]
        return _append(X, added), _append(y, _take(y, places))

    def _check(self, X: Any, y: Any) -> tuple[pd.DataFrame, np.ndarray]:
        """Return features as a frame and classes as an array; count the classes."""
        imblearn_utils = _import_imblearn_utils()
        if pd.isna(np.asarray(y, dtype=object)).any():
            msg = "y: expected a class for every row, got missing ones; leave them out"
            raise InputError(msg)
        check_classification_targets(y)
        labels, _ = imblearn_utils.check_target_type(y, indicate_one_vs_all=True)
        labels = np.asarray(labels)
        features = X
        if not isinstance(X, pd.DataFrame):
            array = check_array(X, dtype=None, ensure_all_finite=False)
            features = pd.DataFrame(array).infer_objects()
        check_consistent_length(features, labels)
        validate_data(self, X=X, reset=True, skip_check_array=True)
        lacking = imblearn_utils.check_sampling_strategy(
            self.sampling_strategy, labels, "over-sampling"
        )
        self.sampling_strategy_ = {label: int(n) for label, n in lacking.items()}
        return features, labels

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn what this estimator takes."""
        tags = super().__sklearn_tags__()
        tags.estimator_type = "sampler"
        tags.target_tags.required = True
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        tags.non_deterministic = True
        return tags


def _import_imblearn_utils() -> ModuleType:
    try:
        import imblearn.utils
    except ImportError as error:
        msg = (
            "GANOverSampler: expected the package imbalanced-learn, which is not "
            "installed; install it with: pip install imbalanced-learn"
        )
        raise ImportError(msg) from error
    return imblearn.utils


def _free_name(names: pd.Index) -> str:
    """Return a column name that is not taken."""
    name = "class"
    while name in names:
        name += "_"
    return name


def _take(rows: Any, places: np.ndarray) -> Any:
    """Return rows by their places, in the form that they have."""
    if isinstance(rows, pd.Series | pd.DataFrame):
        return rows.iloc[places]
    return np.asarray(rows)[places]


def _append(real: Any, added: Any) -> Any:
    """Put rows after the real ones, in the form that these have."""
    if isinstance(real, pd.Series | pd.DataFrame):
        return pd.concat([real, added], ignore_index=True)
    array = np.asarray(real)
    both = np.concatenate([array, np.asarray(added).astype(array.dtype)])
    return both.tolist() if isinstance(real, list) else both
