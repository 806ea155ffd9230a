"""`GANSynthesizer`: a table in, a table out."""

from __future__ import annotations

import dataclasses
import math
import os
import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from synthgan import _validation as valid
from synthgan._random import RandomState, RowRange, check_random_state, make_seed
from synthgan.conditions import (
    ConditionSet,
    PartialRows,
    Support,
    check_margins,
)
from synthgan.exceptions import ParameterError
from synthgan.fitting import fit_model
from synthgan.model import Model
from synthgan.persistence import FittedState, read_archive, write_archive
from synthgan.persistence.damage import damage_as_archive_error
from synthgan.persistence.files import write_file
from synthgan.refinement import Refinement
from synthgan.schema import TableSchema, infer_schema
from synthgan.training.callbacks import Callback
from synthgan.training.defaults import LOSS_PENALTY_WEIGHTS
from synthgan.training.settings import TrainingSettings

Conditions: TypeAlias = Mapping[Hashable, Any] | str | pd.DataFrame | None

_CONSTRAINTS = {
    "loss": valid.option(*LOSS_PENALTY_WEIGHTS),
    "penalty_weight": valid.non_negative("auto"),
    "latent_dim": valid.integer(1, "auto"),
    "generator_units": valid.units("auto"),
    "discriminator_units": valid.units("auto"),
    "generator_learning_rate": valid.positive(),
    "discriminator_learning_rate": valid.positive(),
    "batch_size": valid.integer(1, "auto"),
    "n_steps": valid.integer(1, "auto"),
    "max_seconds": valid.positive(None),
    "refine": valid.option(True, False),
    "callbacks": valid.list_of(Callback, None),
    "verbose": valid.option(True, False),
}


class GANSynthesizer(BaseEstimator):
    """Learns a mixed-type table with a conditional GAN, and samples new rows of it.

    Parameters
    ----------
    schema : dict of column name to kind, TableSchema or None, default None
        Kinds of columns that are known better than by guessing, such as
        `{"zip": "categorical"}`. None guesses all of them; see `schema_`.
    loss : str, default "relativistic"
        The game that the networks play: `"relativistic"`, `"non_saturating"`,
        `"minimax"`, `"wasserstein"` or `"hinge"`. The others than the default are there
        to compare; they gave worse tables.
    penalty_weight : float or "auto", default "auto"
        Weight of the gradient penalty on the discriminator. More makes training calmer
        and the discriminator blunter. `"auto"` follows the number of rows: small tables
        are memorised without it.
    latent_dim : int or "auto", default "auto"
        Length of the noise vector that a row is made from. More than needed makes
        training converge slower; fewer than the table has independent numbers cannot
        cover them. `"auto"` is twice the number of columns that hold such numbers,
        from 16 to 128.
    generator_units, discriminator_units : tuple of int or "auto", default "auto"
        Width of each residual block, all equal: `(128, 128)` is two blocks. Wider
        networks fit large tables better, train slower, and memorise small tables.
        `"auto"` follows the number of rows.
    generator_learning_rate, discriminator_learning_rate : float, default 5e-4
        Adam's step size, before it goes down over the second half of training.
    batch_size : int or "auto", default "auto"
        Rows a step. `"auto"` is 500, fewer for tables of fewer than 2,000 rows.
    n_steps : int or "auto", default "auto"
        Training steps, rounded up a little to full compiled calls of at most 96. More
        steps give better tables and, in small tables, more memorising. `"auto"`
        follows the number of rows. Training ends earlier where the score in `history_`
        reaches a plateau.
    max_seconds : float or None, default None
        Stop training after about so many seconds, compilation included; a quarter of
        them is for the refinement. The rows then depend on how fast the machine was:
        `random_state` no longer fixes them.
    refine : bool, default True
        Whether two networks learn where rows should move to look more real, and a
        network and boosted trees which rows are made too often; of the moved rows,
        some are then kept. The table is harder to tell from a real one; sampling takes
        some tens of times longer.
        Tables of fewer than 1,000 rows are never refined. After `fit`,
        `set_params(refine=False)` gives the generator's own rows.
    callbacks : sequence of Callback or None, default None
        Look on while the GAN trains and may stop it; see `synthgan.Callback`.
    verbose : bool, default True
        Whether to show a progress bar on the error stream.
    random_state : int, Generator, RandomState or None, default None
        An int makes `fit` and the stream of samples repeatable on the same machine,
        device, thread count and versions.

    Attributes
    ----------
    schema_ : TableSchema
        What each column was taken for; prints as a table.
    history_ : DataFrame
        Step, seconds, learning-rate factor and losses, one row for each compiled call;
        a dozen times also the two-sample score against a tenth of the rows, which are
        held out until the learning rate goes down (tables of 2,000 rows or more).
    stop_reason_ : str
        Why training ended.
    encoder_ : TableEncoder
        Encodes rows for the networks.
    settings_ : TrainingSettings
        The settings that "auto" stood for.
    refinement_ : Refinement or None
        Acceptance rate (the share of the moved rows that is kept), their effective
        share, and the number of candidates of a row that is told some cells; None if
        there is none.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of object
        Names of the columns.

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgan import GANSynthesizer
    >>> data = pd.DataFrame({"age": [31, 45, 62] * 9, "paid": [True, False, True] * 9})
    >>> synthesizer = GANSynthesizer(n_steps=8, verbose=False, random_state=0)
    >>> synthesizer.fit(data).sample(5).shape
    (5, 2)
    """

    def __init__(
        self,
        *,
        schema: Mapping[Hashable, str] | TableSchema | None = None,
        loss: str = "relativistic",
        penalty_weight: float | str = "auto",
        latent_dim: int | str = "auto",
        generator_units: tuple[int, ...] | str = "auto",
        discriminator_units: tuple[int, ...] | str = "auto",
        generator_learning_rate: float = 5e-4,
        discriminator_learning_rate: float = 5e-4,
        batch_size: int | str = "auto",
        n_steps: int | str = "auto",
        max_seconds: float | None = None,
        refine: bool = True,
        callbacks: Sequence[Callback] | None = None,
        verbose: bool = True,
        random_state: RandomState = None,
    ) -> None:
        self.schema = schema
        self.loss = loss
        self.penalty_weight = penalty_weight
        self.latent_dim = latent_dim
        self.generator_units = generator_units
        self.discriminator_units = discriminator_units
        self.generator_learning_rate = generator_learning_rate
        self.discriminator_learning_rate = discriminator_learning_rate
        self.batch_size = batch_size
        self.n_steps = n_steps
        self.max_seconds = max_seconds
        self.refine = refine
        self.callbacks = callbacks
        self.verbose = verbose
        self.random_state = random_state

    def fit(self, X: pd.DataFrame, y: object = None) -> GANSynthesizer:
        """Learn a table.

        Parameters
        ----------
        X : DataFrame of n rows
            The training rows. Its index is not learned.
        y : None
            Not used; scikit-learn's tools pass it.

        Returns
        -------
        GANSynthesizer
            This object.

        Raises
        ------
        TypeError
            If `X` is not a DataFrame.
        InputError
            If the table, or a column of it, cannot be learned.
        SchemaError
            If `schema` does not fit the table.
        ParameterError
            If a parameter is out of its range.
        DivergenceError
            If a loss is no longer finite.

        Warns
        -----
        InferenceWarning
            If a column was taken as text, or was too short to tell.
        UserWarning
            If it was interrupted; the generator as it was then is kept.
        """
        start = time.perf_counter()
        parameters = self.get_params(deep=False)
        valid.check_parameters(parameters, _CONSTRAINTS)
        frame = valid.check_frame(X)
        schema = infer_schema(frame, self.schema)
        self._set_fitted(fit_model(frame, schema, parameters, start))
        return self

    def _set_fitted(self, model: Model) -> None:
        state = model.state
        self.encoder_ = state.encoder
        self.schema_ = state.encoder.schema
        self.settings_ = TrainingSettings(**state.settings)
        self.refinement_ = state.refinement and Refinement(**state.refinement)
        self.history_ = state.history
        self.stop_reason_ = state.stop_reason
        self.n_features_in_ = len(self.schema_)
        self.feature_names_in_ = _object_array(self.schema_.names)
        self._model = model
        self._next_row = state.next_row

    def sample(
        self,
        n_samples: int | None = None,
        conditions: Conditions = None,
        *,
        margins: Mapping[Hashable, Mapping[Any, float]] | None = None,
        random_state: RandomState = None,
    ) -> pd.DataFrame:
        """Make new rows.

        Parameters
        ----------
        n_samples : int or None, default None
            Number of rows, 0 or more. None is 1, or as many as there are partial rows
            in `conditions`.
        conditions : dict, str, DataFrame or None, default None
            What every row must satisfy. A dict of column name to a value, a list of
            values, a range such as `between(60, 90)`, `MISSING` or `NOT_MISSING`; the
            same as text, `"age >= 60 and income == '>50K'"`; or a DataFrame of partial
            rows, one for each row, whose cells are kept: NaN there means "fill in",
            `MISSING` means "must be missing".
        margins : dict of column name to dict of value to share, or None, default None
            Totals to be met: `{"region": {"north": 0.5, "south": 0.5}}`. The shares
            of a column sum to 1; a value that is not listed gets no row.
        random_state : int, Generator, RandomState or None, default None
            None continues the synthesizer's stream of rows: a second call gives other
            rows. An int gives the rows of a stream of its own, from its first row on,
            and leaves the synthesizer's where it is.

        Returns
        -------
        DataFrame of n_samples rows
            With the columns, their order and the dtypes of the training rows, and a
            fresh RangeIndex (with partial rows, theirs). Row i of a stream is the same
            however many rows are asked for, but for `margins`, which are totals.

        Raises
        ------
        NotFittedError
            If the synthesizer is not fitted.
        ParameterError
            If a parameter is out of its range.
        InputError
            If a condition cannot be met: an unknown column, a level never seen in
            training, a number outside the training range.
        """
        check_is_fitted(self, "encoder_")
        if margins is not None and conditions is not None:
            msg = "margins: expected None beside conditions; ask for one of them"
            raise ParameterError(msg)
        if isinstance(conditions, pd.DataFrame):
            partial = PartialRows.from_frame(conditions, self.encoder_)
            n_samples = _check_length(n_samples, len(conditions))
            rows = self._next_rows(n_samples, random_state)
            return self._model.make_like(partial, rows, refine=self.refine)
        n_samples = _check_count(1 if n_samples is None else n_samples)
        if margins is None:
            make = self._maker(conditions)
            return make(self._next_rows(n_samples, random_state))
        checked = check_margins(margins, self.encoder_)
        rows = self._next_rows(n_samples, random_state)
        return self._model.make_to_margins(checked, rows, refine=self.refine)

    def sample_iter(
        self,
        batch_size: int,
        n_samples: int | None = None,
        conditions: Mapping[Hashable, Any] | str | None = None,
        *,
        random_state: RandomState = None,
    ) -> Iterator[pd.DataFrame]:
        """Make rows batch by batch, in constant memory.

        Parameters
        ----------
        batch_size : int
            Rows of a batch, 1 or more; it does not change the rows.
        n_samples : int or None, default None
            Number of rows altogether; None goes on for ever.
        conditions : dict, str or None, default None
            As in `sample`.
        random_state : int, Generator, RandomState or None, default None
            As in `sample`.

        Yields
        ------
        DataFrame of batch_size rows, the last one of what is left

        Raises
        ------
        NotFittedError, ParameterError, InputError
            As `sample`, at the first batch.
        """
        check_is_fitted(self, "encoder_")
        valid.check_parameters(
            {"batch_size": batch_size}, {"batch_size": valid.integer(1)}
        )
        n_rows = math.inf if n_samples is None else _check_count(n_samples)
        make = self._maker(conditions)
        own = None if random_state is None else self._next_rows(0, random_state)
        done = 0
        while done < n_rows:
            size = int(min(batch_size, n_rows - done))
            if own is None:
                rows = self._next_rows(size, None)
            else:
                rows = RowRange(own.seed, own.start + done, size)
            yield make(rows)
            done += size

    def impute(
        self, frame: pd.DataFrame, n_draws: int = 1, random_state: RandomState = None
    ) -> pd.DataFrame | list[pd.DataFrame]:
        """Fill the missing cells of rows, given their other cells.

        Parameters
        ----------
        frame : DataFrame of n rows
            Some or all of the table's columns.
        n_draws : int, default 1
            How many times; more than one for multiple imputation (Rubin 1987).
        random_state : int, Generator, RandomState or None, default None
            As in `sample`.

        Returns
        -------
        DataFrame of n rows, or list of n_draws of them
            All columns of the table, with the index of `frame`. Observed cells come
            back as they are, also those never seen in training. No cell is missing,
            unless its column is missing altogether in training, or is determined by
            another one whose value says that it is missing.

        Raises
        ------
        NotFittedError
            If the synthesizer is not fitted.
        TypeError
            If `frame` is not a DataFrame.
        InputError
            If it has an unknown or a repeated column, or a cell cannot be given.
        """
        check_is_fitted(self, "encoder_")
        valid.check_parameters({"n_draws": n_draws}, {"n_draws": valid.integer(1)})
        partial = PartialRows.from_frame(frame, self.encoder_, keep_unknown=True)
        rows = self._next_rows(n_draws * len(frame), random_state)
        draws = [
            self._model.make(
                RowRange(rows.seed, rows.start + i * len(frame), len(frame)),
                partial,
                refine=self.refine,
                fill_all=True,
            )
            for i in range(n_draws)
        ]
        return draws[0] if n_draws == 1 else draws

    def support(self, conditions: Mapping[Hashable, Any] | str) -> Support:
        """Estimate how many training rows are like what conditions ask for.

        Parameters
        ----------
        conditions : dict or str
            As in `sample`.

        Returns
        -------
        Support
            Prints as a sentence: how many training rows match, and how far the model
            extrapolates.
        """
        check_is_fitted(self, "encoder_")
        checked = ConditionSet.from_user(conditions, self.encoder_)
        return self._model.support(checked)

    def diagnose(self) -> tuple[str, ...]:
        """Say what is wrong with the trained generator, and what to try.

        Returns
        -------
        tuple of str
            A sentence or two for each fault: a collapsed column, values that are never
            made, shares that are off, a discriminator that has won or sees nothing.
            Empty if nothing is conspicuous; `evaluate` says how good the rows are.
        """
        check_is_fitted(self, "encoder_")
        return self._model.state.diagnosis

    def _next_rows(self, n_samples: int, random_state: RandomState) -> RowRange:
        """Return the next rows of the stream, or the first ones of another stream."""
        if random_state is None:
            rows = RowRange(self._model.state.sample_seed, self._next_row, n_samples)
            self._next_row += n_samples
            return rows
        seed = make_seed(check_random_state(random_state), "sample")
        return RowRange(seed, 0, n_samples)

    def _maker(
        self, conditions: Mapping[Hashable, Any] | str | None
    ) -> Callable[[RowRange], pd.DataFrame]:
        """Check conditions, and return what makes rows that satisfy them."""
        if conditions is None:
            return lambda rows: self._model.make(rows, refine=self.refine)
        checked = ConditionSet.from_user(conditions, self.encoder_)
        return lambda rows: self._model.make_under(checked, rows, refine=self.refine)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted synthesizer into one file.

        Parameters
        ----------
        path : str or path
            Where to. An existing file is replaced, at once and whole. Callbacks are not
            saved, and `random_state` only if it is an int.

        Raises
        ------
        NotFittedError
            If the synthesizer is not fitted.
        """
        check_is_fitted(self, "encoder_")
        write_file(
            path, write_archive(self._parameters_for_archive(), self._get_state())
        )

    def _parameters_for_archive(self) -> dict[str, Any]:
        parameters = self.get_params(deep=False)
        parameters["callbacks"] = None
        if not isinstance(self.random_state, int):
            parameters["random_state"] = None
        return parameters

    def _get_state(self) -> FittedState:
        return dataclasses.replace(self._model.state, next_row=self._next_row)

    def __getstate__(self) -> dict[str, Any]:
        """Return parameters and, if fitted, the bytes that `save` would write."""
        state: dict[str, Any] = {"parameters": self.get_params(deep=False)}
        if hasattr(self, "encoder_"):
            state["archive"] = write_archive(
                self._parameters_for_archive(), self._get_state()
            )
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Rebuild from what `__getstate__` returned."""
        self.__init__(**state["parameters"])  # type: ignore[misc]
        if "archive" in state:
            self._set_fitted(Model(read_archive(state["archive"])[1]))

    def __sklearn_is_fitted__(self) -> bool:
        """Tell scikit-learn whether `fit` was called."""
        return hasattr(self, "encoder_")

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn what this estimator takes."""
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        tags.input_tags.allow_nan = True
        tags.non_deterministic = True
        tags.target_tags.required = False
        return tags


def load(path: str | os.PathLike[str]) -> GANSynthesizer:
    """Read a synthesizer that `GANSynthesizer.save` wrote.

    Parameters
    ----------
    path : str or path
        The file.

    Returns
    -------
    GANSynthesizer
        Fitted; continues its stream of samples where it stood when it was saved.

    Raises
    ------
    ArchiveError
        If the file is damaged, of a later format, or not a synthgan file.
    FileNotFoundError
        If there is no such file.
    """
    with open(path, "rb") as file:  # noqa: PTH123, a file-like path is fine
        content = file.read()
    parameters, state = read_archive(content)
    with damage_as_archive_error():
        synthesizer = GANSynthesizer(**parameters)
        synthesizer._set_fitted(Model(state))
        synthesizer._model.prepare()
    return synthesizer


def _object_array(names: Sequence[Hashable]) -> np.ndarray:
    array = np.empty(len(names), dtype=object)
    array[:] = names
    return array


def _check_count(n_samples: int) -> int:
    valid.check_parameters({"n_samples": n_samples}, {"n_samples": valid.integer(0)})
    return int(n_samples)


def _check_length(n_samples: int | None, n_rows: int) -> int:
    """Refuse a number of rows that is not that of the partial rows."""
    if n_samples is not None and n_samples != n_rows:
        msg = (
            f"n_samples: expected None or {n_rows}, the number of partial rows in "
            f"conditions, got {n_samples!r}"
        )
        raise ParameterError(msg)
    return n_rows
