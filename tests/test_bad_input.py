"""What cannot be learned is refused by name, and leaves nothing behind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from tables import PLAIN

from synthgan import (
    Callback,
    GANSynthesizer,
    InputError,
    ParameterError,
    SchemaError,
    infer_schema,
)


def refused(
    error: type[Exception], match: str, table: Any, **parameters: Any
) -> GANSynthesizer:
    """Check that a fit is refused before anything is trained, and leaves nothing."""
    synthesizer = GANSynthesizer(verbose=False, **parameters)
    with pytest.raises(error, match=match):
        synthesizer.fit(table)
    assert [name for name in vars(synthesizer) if name.endswith("_")] == []
    with pytest.raises(NotFittedError):
        synthesizer.sample(1)
    return synthesizer


@pytest.fixture(autouse=True, scope="module")
def _tables_in_errors() -> None:
    """Keep long frames out of failed assertions."""
    pd.set_option("display.max_rows", 10)


@pytest.mark.parametrize(
    ("error", "match", "table"),
    [
        (TypeError, "expected a pandas DataFrame, got ndarray", np.ones((3, 2))),
        (TypeError, "got list", [[1, 2]]),
        (TypeError, "got Series", PLAIN["age"]),
        (InputError, "at least one row", PLAIN[:0]),
        (InputError, "at least one column", PLAIN[[]]),
        (InputError, r"unique names, got \['age'\]", PLAIN[["age", "city", "age"]]),
        (InputError, "MultiIndex of 2 levels", pd.concat({"a": PLAIN}, axis=1)),
        (InputError, "'age'.*nested objects", PLAIN.assign(age=[[1, 2]] * 20)),
        (InputError, "'age'.*nested objects", PLAIN.assign(age=[{"a": 1}] * 20)),
        (InputError, "'age'.*infinite", PLAIN.assign(age=[1.5, np.inf] * 10)),
        (InputError, "'age'.*infinite", PLAIN.assign(age=[1.0, 2.0, 3.0, -np.inf] * 5)),
        (InputError, "'age'.*complex", PLAIN.assign(age=1j)),
        (
            InputError,
            "'age'.*to_timestamp",
            PLAIN.assign(age=pd.period_range("2024", periods=20)),
        ),
    ],
)
def test_a_table_that_cannot_be_learned_is_refused_by_name(
    error: type[Exception], match: str, table: Any
) -> None:
    refused(error, match, table)


@pytest.mark.parametrize(
    ("schema", "match"),
    [
        ({"agee": "integer"}, "'agee' is not in the table"),
        ({"age": "number"}, "'age': expected one of .*, got 'number'"),
        ({"city": "integer"}, "'city' holds string cells"),
        ({"age": "constant"}, "'age': expected one value"),
        ({"age": "boolean"}, "'age': expected at most two values"),
        ("integer", "expected a dict of column name to kind"),
        (infer_schema(PLAIN[["age"]]), "expected the columns"),
        (infer_schema(PLAIN.astype({"age": "int8"})), "'age': expected dtype int8"),
    ],
)
def test_a_schema_that_does_not_fit_is_refused_by_name(schema: Any, match: str) -> None:
    refused(SchemaError, match, PLAIN, schema=schema)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("loss", "lsgan"),
        ("loss", None),
        ("penalty_weight", -1),
        ("penalty_weight", "much"),
        ("penalty_weight", np.nan),
        ("latent_dim", 0),
        ("latent_dim", 2.5),
        ("latent_dim", True),
        ("generator_units", ()),
        ("generator_units", 128),
        ("generator_units", (64, 32)),
        ("discriminator_units", (0,)),
        ("generator_learning_rate", 0),
        ("generator_learning_rate", "fast"),
        ("discriminator_learning_rate", np.inf),
        ("batch_size", 0),
        ("batch_size", None),
        ("n_steps", 0),
        ("n_steps", 10.0),
        ("max_seconds", 0),
        ("max_seconds", -5),
        ("callbacks", Callback()),
        ("callbacks", [print]),
        ("verbose", "yes"),
        ("verbose", 2),
        ("random_state", -1),
        ("random_state", "zero"),
        ("random_state", 1.5),
    ],
)
def test_a_parameter_out_of_its_range_is_refused_by_name(name: str, value: Any) -> None:
    parameters = {"verbose": False, name: value}
    synthesizer = GANSynthesizer(**parameters)  # the constructor only stores
    assert synthesizer.get_params()[name] is value
    with pytest.raises(
        ParameterError, match=f"^{name}: expected .*[,;] got "
    ) as caught:
        synthesizer.fit(PLAIN)
    assert repr(value) in str(caught.value)
    assert not hasattr(synthesizer, "schema_")


@pytest.mark.parametrize("n_samples", [-1, 2.5, "ten", True])
def test_a_number_of_samples_out_of_range_is_refused(
    fitted: GANSynthesizer, n_samples: Any
) -> None:
    with pytest.raises(ParameterError, match="n_samples: expected an integer"):
        fitted.sample(n_samples)


def test_sampling_needs_a_fit() -> None:
    with pytest.raises(NotFittedError, match="GANSynthesizer"):
        GANSynthesizer().sample(3)


@pytest.mark.usefixtures("uncompiled")
def test_nothing_is_left_of_a_fit_that_fails_while_training(
    tiny: dict[str, Any],
) -> None:
    class Fail(Callback):
        def on_call_end(self, state: object) -> None:
            raise LookupError("mine")

    parameters = {**tiny, "callbacks": [Fail()]}
    del parameters["verbose"]
    synthesizer = refused(LookupError, "mine", PLAIN, **parameters)
    synthesizer.set_params(callbacks=None).fit(PLAIN)
    rows = synthesizer.sample(5)
    # A later fit that fails leaves the earlier one as it was.
    with pytest.raises(InputError):
        synthesizer.fit(PLAIN[:0])
    assert len(synthesizer.sample(5)) == len(rows)
