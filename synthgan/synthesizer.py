"""`GANSynthesizer`: a table in, a table out."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from synthgan import _validation as valid
from synthgan._random import RandomState, RowRange, check_random_state, make_seed
from synthgan.encoders import EncodedTable, TableEncoder
from synthgan.encoders.base import no_codes, no_ranks
from synthgan.engines import import_keras
from synthgan.persistence import FittedState, read_archive, write_archive
from synthgan.persistence.damage import damage_as_archive_error
from synthgan.persistence.files import write_file
from synthgan.schema import TableSchema, infer_schema
from synthgan.training.defaults import (
    LOSS_PENALTY_WEIGHTS,
    default_batch_size,
    default_n_steps,
    default_penalty_weight,
    default_units,
)
from synthgan.training.settings import TrainingSettings

if TYPE_CHECKING:
    from synthgan.training.callbacks import Callback
    from synthgan.training.sampler import Sampler

_CONSTRAINTS = {
    "loss": valid.option(*LOSS_PENALTY_WEIGHTS),
    "penalty_weight": valid.non_negative("auto"),
    "latent_dim": valid.integer(1),
    "generator_units": valid.units("auto"),
    "discriminator_units": valid.units("auto"),
    "generator_learning_rate": valid.positive(),
    "discriminator_learning_rate": valid.positive(),
    "batch_size": valid.integer(1, "auto"),
    "n_steps": valid.integer(1, "auto"),
    "max_seconds": valid.positive(None),
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
    latent_dim : int, default 64
        Length of the noise vector that a row is made from.
    generator_units, discriminator_units : tuple of int or "auto", default "auto"
        Width of each residual block, all equal: `(128, 128)` is two blocks. Wider
        networks fit large tables better, train slower, and memorise small tables.
        `"auto"` follows the number of rows.
    generator_learning_rate, discriminator_learning_rate : float, default 5e-4
        Adam's step size, before it goes down over the second half of training.
    batch_size : int or "auto", default "auto"
        Rows a step. `"auto"` is 500, fewer for tables of fewer rows.
    n_steps : int or "auto", default "auto"
        Training steps, rounded up a little to full compiled calls of at most 96. More
        steps give better tables and, in small tables, more memorising. `"auto"`
        follows the number of rows.
    max_seconds : float or None, default None
        Stop training after about so many seconds, compilation included. The rows then
        depend on how fast the machine was: `random_state` no longer fixes them.
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
        Step, seconds, learning-rate factor and losses, one row for each compiled call.
    stop_reason_ : str
        Why training ended.
    encoder_ : TableEncoder
        Encodes rows for the networks.
    settings_ : TrainingSettings
        The settings that "auto" stood for.
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
        latent_dim: int = 64,
        generator_units: tuple[int, ...] | str = "auto",
        discriminator_units: tuple[int, ...] | str = "auto",
        generator_learning_rate: float = 5e-4,
        discriminator_learning_rate: float = 5e-4,
        batch_size: int | str = "auto",
        n_steps: int | str = "auto",
        max_seconds: float | None = None,
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
        """
        valid.check_parameters(self.get_params(deep=False), _CONSTRAINTS)
        frame = valid.check_frame(X)
        seed = check_random_state(self.random_state)
        schema = infer_schema(frame, self.schema)
        encoder = TableEncoder.fit(frame, schema, seed)
        settings = self._decide_settings(len(frame))
        weights, history, stop_reason = self._train(encoder, frame, settings, seed)
        self._set_fitted(
            FittedState(
                encoder=encoder,
                settings=dataclasses.asdict(settings),
                weights=weights,
                history=history,
                stop_reason=stop_reason,
                sample_seed=make_seed(seed, "sample"),
                next_row=0,
            )
        )
        return self

    def _decide_settings(self, n_rows: int) -> TrainingSettings:
        """Replace every "auto" by what it stands for."""
        auto = {
            "penalty_weight": default_penalty_weight(self.loss, n_rows),
            "generator_units": default_units(n_rows),
            "discriminator_units": default_units(n_rows),
            "batch_size": default_batch_size(n_rows),
            "n_steps": default_n_steps(n_rows),
        }
        decided: dict[str, Any] = {
            name: value if getattr(self, name) == "auto" else getattr(self, name)
            for name, value in auto.items()
        }
        for name in ("generator_units", "discriminator_units"):
            decided[name] = tuple(decided[name])
        return TrainingSettings(
            loss=self.loss,
            latent_dim=self.latent_dim,
            generator_learning_rate=self.generator_learning_rate,
            discriminator_learning_rate=self.discriminator_learning_rate,
            max_seconds=self.max_seconds,
            **decided,
        )

    def _train(
        self,
        encoder: TableEncoder,
        frame: pd.DataFrame,
        settings: TrainingSettings,
        seed: int,
    ) -> tuple[list[np.ndarray], pd.DataFrame, str]:
        """Train on the encoded rows, if there is anything to learn in them."""
        if not encoder.layout.width:
            return [], pd.DataFrame({"step": []}), "nothing to learn"
        import_keras()
        from synthgan.training.callbacks import ProgressBar
        from synthgan.training.trainer import train

        callbacks = list(self.callbacks or ())
        if self.verbose:
            callbacks.append(ProgressBar())
        table = encoder.transform(frame, seed)
        result = train(
            encoder.layout, table, settings, make_seed(seed, "game"), callbacks
        )
        return result.weights, result.history, result.stop_reason

    def _set_fitted(self, state: FittedState) -> None:
        self.encoder_ = state.encoder
        self.schema_ = state.encoder.schema
        self.settings_ = TrainingSettings(**state.settings)
        self.history_ = state.history
        self.stop_reason_ = state.stop_reason
        self.n_features_in_ = len(self.schema_)
        self.feature_names_in_ = _object_array(self.schema_.names)
        self._weights = state.weights
        self._sample_seed = state.sample_seed
        self._next_row = state.next_row
        self._sampler: Sampler | None = None

    def sample(
        self, n_samples: int = 1, random_state: RandomState = None
    ) -> pd.DataFrame:
        """Make new rows.

        Parameters
        ----------
        n_samples : int, default 1
            Number of rows, 0 or more.
        random_state : int, Generator, RandomState or None, default None
            None continues the synthesizer's stream of rows: a second call gives other
            rows. An int gives the rows of a stream of its own, from its first row on,
            and leaves the synthesizer's where it is.

        Returns
        -------
        DataFrame of n_samples rows
            With the columns, their order and the dtypes of the training rows, and a
            fresh RangeIndex. Row i of a stream is the same however many rows are asked
            for.

        Raises
        ------
        NotFittedError
            If the synthesizer is not fitted.
        ParameterError
            If a parameter is out of its range.
        """
        check_is_fitted(self, "encoder_")
        valid.check_parameters(
            {"n_samples": n_samples}, {"n_samples": valid.integer(0)}
        )
        n_samples = int(n_samples)
        if random_state is None:
            rows = RowRange(self._sample_seed, self._next_row, n_samples)
            self._next_row += n_samples
        else:
            seed = make_seed(check_random_state(random_state), "sample")
            rows = RowRange(seed, 0, n_samples)
        table = EncodedTable(no_codes(n_samples), no_ranks(n_samples))
        if self.encoder_.layout.width:
            table = self._get_sampler().sample(rows)
        return self.encoder_.inverse_transform(table, rows)

    def _get_sampler(self) -> Sampler:
        """Return the compiled generator; it is made at the first call."""
        if self._sampler is None:
            import_keras()
            from synthgan.training.sampler import Sampler

            self._sampler = Sampler(
                self.encoder_.layout,
                self.settings_.latent_dim,
                self.settings_.generator_units,
                self._weights,
            )
        return self._sampler

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
        return FittedState(
            encoder=self.encoder_,
            settings=dataclasses.asdict(self.settings_),
            weights=self._weights,
            history=self.history_,
            stop_reason=self.stop_reason_,
            sample_seed=self._sample_seed,
            next_row=self._next_row,
        )

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
            self._set_fitted(read_archive(state["archive"])[1])

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
        synthesizer._set_fitted(state)
        if state.encoder.layout.width:
            synthesizer._get_sampler()
    return synthesizer


def _object_array(names: Sequence[Hashable]) -> np.ndarray:
    array = np.empty(len(names), dtype=object)
    array[:] = names
    return array
