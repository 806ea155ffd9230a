"""Planted faults are named, each with its column."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgan.encoders import EncodedTable
from synthgan.layout import BlockSpec, Layout
from synthgan.training.diagnosis import diagnose

LAYOUT = Layout.from_specs(
    [[BlockSpec("level", "softmax", 4)], [BlockSpec("rank", "rank", 1)]]
)
HISTORY = pd.DataFrame({"discriminator_loss": np.linspace(0.69, 0.6, 20)})


def make(seed: int, shares=(0.4, 0.3, 0.2, 0.1)) -> EncodedTable:
    rng = np.random.default_rng(seed)
    codes = rng.choice(4, (4000, 1), p=shares).astype(np.int32)
    return EncodedTable(codes, rng.random((4000, 1), dtype=np.float32))


def faults(made: EncodedTable, history=HISTORY, loss="relativistic") -> str:
    return " ".join(diagnose(make(0), made, LAYOUT, ["level", "size"], history, loss))


def test_a_good_generator_has_no_faults() -> None:
    assert faults(make(1)) == ""


def test_a_collapsed_column_is_named() -> None:
    made = make(1)
    narrow = EncodedTable(made.codes, 0.5 + 0.1 * (made.ranks - 0.5))
    assert "'size' has collapsed" in faults(narrow)


def test_ranks_that_mean_nothing_do_not_hide_a_collapse() -> None:
    layout = Layout.from_specs(
        [[BlockSpec("choice", "softmax", 2), BlockSpec("rank", "rank", 1)]]
    )

    def rows(ranks_of_numbers: np.ndarray, ranks_of_atoms: np.ndarray) -> EncodedTable:
        """Make a column of nine atoms for each number."""
        is_atom = np.arange(4000) % 10 > 0
        ranks = np.where(is_atom, ranks_of_atoms, ranks_of_numbers)
        return EncodedTable(
            is_atom[:, None].astype(np.int32), ranks[:, None].astype(np.float32)
        )

    even, middle = np.random.default_rng(0).random(4000), np.full(4000, 0.5)

    def found(made: EncodedTable) -> str:
        train = rows(even, middle)
        return " ".join(diagnose(train, made, layout, ["size"], HISTORY, "hinge"))

    assert found(rows(even, even)) == found(rows(even, middle)) == ""
    assert "'size' has collapsed" in found(rows(middle, even))


def test_values_that_are_never_made_are_counted() -> None:
    found = faults(make(1, (0.5, 0.3, 0.2, 0.0)))
    assert "'level': 1 of its values" in found
    assert "never made" in found


def test_a_wrong_share_is_named() -> None:
    found = faults(make(1, (0.2, 0.5, 0.2, 0.1)))
    assert "'level': a value of" in found
    assert "never made" not in found


@pytest.mark.parametrize(
    ("loss_value", "words"), [(0.05, "has won"), (np.log(2), "sees nothing")]
)
def test_an_unequal_game_is_named(loss_value: float, words: str) -> None:
    history = pd.DataFrame({"discriminator_loss": np.full(20, loss_value)})
    assert words in faults(make(1), history)
    assert words not in faults(make(1), history, "hinge")
