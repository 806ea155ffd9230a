import numpy as np
import pandas as pd
import pytest
from fakes import Resampler

from synthgan import GANSynthesizer, infer_schema
from synthgan.augmentation.drawing import (
    draw_classes,
    draw_rows,
    make_synthesizer,
    places_to_balance,
    spread_places,
)

TABLE = pd.DataFrame({"x": np.arange(30.0), "label": [0, 0, 1] * 10})


def test_every_stretch_of_places_holds_all_in_proportion():
    places = spread_places({4: 60, 9: 30, 2: 10})
    assert np.bincount(places).tolist() == [0, 0, 10, 0, 60, 0, 0, 0, 0, 30]
    for n_first in (10, 20, 50, 70):
        shares = [np.mean(places[:n_first] == place) for place in (4, 9, 2)]
        assert shares == pytest.approx([0.6, 0.3, 0.1], abs=0.1)


def test_balanced_classes_lack_nothing():
    assert places_to_balance(pd.Series(["a", "b", "b", "a"])).tolist() == []
    assert places_to_balance(pd.Series([None, None])).tolist() == []


def test_missing_classes_are_not_balanced():
    labels = pd.Series(["a", None, None, None, "b", "b"])
    assert labels.take(places_to_balance(labels)).tolist() == ["a"]


def test_a_given_synthesizer_is_cloned_and_keeps_its_seed_unless_one_is_given():
    given = Resampler(random_state=3).fit(TABLE)
    copy = make_synthesizer(given, None)
    assert copy is not given
    assert not hasattr(copy, "learned_")
    assert copy.random_state == 3
    assert make_synthesizer(given, 8).random_state == 8
    assert given.random_state == 3
    assert make_synthesizer(None, 8).random_state == 8


def test_nothing_is_fitted_to_draw_nothing():
    maker = Resampler()
    nothing = draw_rows(maker, TABLE, 0)
    assert nothing.dtypes.equals(TABLE.dtypes)
    assert len(draw_classes(maker, TABLE, "label", np.array([], dtype=int))) == 0
    assert not hasattr(maker, "learned_")


def test_numbers_that_are_classes_are_learned_as_classes_and_come_back_as_numbers():
    maker = Resampler()
    rows = draw_classes(maker, TABLE, "label", np.array([2, 2, 0]))
    assert maker.learned_["label"].dtype == "category"
    assert TABLE["label"].dtype == "int64"
    assert rows["label"].tolist() == [1, 1, 0]
    assert rows["label"].dtype == "int64"
    assert (rows["x"][:2] % 3 == 2).all()


class Schooled(Resampler):
    def __init__(self, schema=None):
        super().__init__()
        self.schema = schema


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (None, None),
        ({"label": "integer", "x": "continuous"}, {"x": "continuous"}),
        ({"label": "ordinal"}, {"label": "ordinal"}),
        (infer_schema(TABLE), {"x": "integer"}),
    ],
)
def test_a_users_kind_for_the_classes_is_kept_only_if_it_is_one_of_classes(
    schema, expected
):
    maker = make_synthesizer(Schooled(schema), None)
    draw_classes(maker, TABLE, "label", np.array([2]))
    assert maker.schema == expected


def test_a_real_synthesizer_draws_classes_that_are_numbers(tiny):
    schema = infer_schema(TABLE)
    maker = GANSynthesizer(**{**tiny, "schema": schema})
    rows = draw_classes(maker, TABLE, "label", np.array([2, 0, 2]))
    assert rows["label"].tolist() == [1, 0, 1]
    assert rows.dtypes.equals(TABLE.dtypes)
