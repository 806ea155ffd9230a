"""`GANSynthesizer`: what it learns, and what it keeps."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from tables import PLAIN, all_kind_columns, infer_quietly

from synthgan import Callback, GANSynthesizer, InferenceWarning, load
from synthgan.held_out import MIN_ROWS
from synthgan.losses import LOSSES

pytestmark = pytest.mark.engine

same = pd.testing.assert_frame_equal


# --- a table made with known truth ----------------------------------------------------


def make_truth(n_rows: int, seed: int) -> pd.DataFrame:
    """Make a table of which the tests below know everything."""
    rng = np.random.default_rng(seed)
    group = rng.choice(["a", "b", "c"], n_rows, p=[0.5, 0.3, 0.2])
    x = rng.normal(size=n_rows)
    return pd.DataFrame(
        {
            "group": group,
            "x": x,
            "y": 0.8 * x + 0.6 * rng.normal(size=n_rows),
            # Missing exactly where the group is c.
            "dose": np.where(group == "c", np.nan, rng.uniform(1, 2, n_rows)),
            # Zero in two fifths of the rows, else far from it.
            "claims": np.where(
                rng.random(n_rows) < 0.4, 0.0, rng.lognormal(3, 0.5, n_rows)
            ),
        }
    )


@pytest.fixture(scope="module")
def trained() -> GANSynthesizer:
    return GANSynthesizer(
        generator_units=(32, 32),
        discriminator_units=(32, 32),
        latent_dim=16,
        batch_size=256,
        n_steps=1500,
        # A small network learns the table in so few steps only under a light penalty.
        penalty_weight=0.05,
        generator_learning_rate=2e-3,
        discriminator_learning_rate=2e-3,
        verbose=False,
        random_state=0,
    ).fit(make_truth(2000, seed=1))


@pytest.fixture(scope="module")
def synthetic(trained: GANSynthesizer) -> pd.DataFrame:
    return trained.sample(4000, random_state=5)


def test_marginals_are_learned(synthetic: pd.DataFrame) -> None:
    shares = synthetic["group"].value_counts(normalize=True)
    for name, share in {"a": 0.5, "b": 0.3, "c": 0.2}.items():
        assert shares[name] == pytest.approx(share, abs=0.07)
    assert synthetic["x"].mean() == pytest.approx(0, abs=0.2)
    assert synthetic["x"].std() == pytest.approx(1, abs=0.2)
    assert synthetic["dose"].median() == pytest.approx(1.5, abs=0.12)


def test_a_correlation_is_learned_and_an_independence_kept(
    synthetic: pd.DataFrame,
) -> None:
    correlations = synthetic[["x", "y", "claims"]].corr("spearman")
    assert correlations.loc["x", "y"] == pytest.approx(0.79, abs=0.12)
    assert correlations.loc["x", "claims"] == pytest.approx(0, abs=0.15)


def test_a_missing_cell_follows_the_rule_of_its_row(synthetic: pd.DataFrame) -> None:
    is_broken = synthetic["dose"].isna() != (synthetic["group"] == "c")
    # If missing cells were drawn for themselves a third of the rows would break it.
    assert is_broken.mean() < 0.06


def test_zeros_and_the_gap_above_them_are_kept(synthetic: pd.DataFrame) -> None:
    claims = synthetic["claims"]
    smallest = make_truth(2000, seed=1)["claims"].loc[lambda s: s > 0].min()
    assert (claims == 0).mean() == pytest.approx(0.4, abs=0.07)
    assert (claims[claims > 0] >= smallest).all()


def test_values_stay_inside_the_training_range(synthetic: pd.DataFrame) -> None:
    train = make_truth(2000, seed=1)
    numbers = train.columns.drop("group")
    assert (synthetic[numbers].min() >= train[numbers].min()).all()
    assert (synthetic[numbers].max() <= train[numbers].max()).all()


def test_rows_are_made_and_not_copied(synthetic: pd.DataFrame) -> None:
    train = make_truth(2000, seed=1)
    inner = train["x"].sort_values().iloc[1:-1]  # the ends may come back
    assert not synthetic["x"].isin(inner).mean() > 0.01
    assert synthetic.duplicated().mean() < 0.01


# --- the shape of what comes back -----------------------------------------------------


@pytest.mark.usefixtures("uncompiled")
def test_every_kind_of_column_comes_back_with_its_dtype(tiny: dict[str, Any]) -> None:
    table = pd.DataFrame(all_kind_columns())
    table.columns.name = "all kinds"
    table.index = pd.Index(table.index, name="row") + 1000
    with pytest.warns(InferenceWarning):
        synthesizer = GANSynthesizer(**tiny).fit(table)
    rows = synthesizer.sample(10)
    pd.testing.assert_index_equal(rows.columns, table.columns)
    pd.testing.assert_series_equal(rows.dtypes, table.dtypes)
    pd.testing.assert_index_equal(rows.index, pd.RangeIndex(10))
    for name in table.columns:
        assert rows[name].isna().any() <= table[name].isna().any(), name
    found, guessed = synthesizer.schema_.to_frame(), infer_quietly(table).to_frame()
    pd.testing.assert_frame_equal(
        found.drop(columns="note"), guessed.drop(columns="note")
    )
    # Training adds which column determines which.
    added = [
        a.removeprefix(b) for a, b in zip(found["note"], guessed["note"], strict=True)
    ]
    assert all(note == "" or "determined by" in note for note in added)


def test_the_fit_describes_itself(
    fitted: GANSynthesizer, mixed_table: pd.DataFrame
) -> None:
    assert fitted.n_features_in_ == mixed_table.shape[1]
    assert fitted.feature_names_in_.tolist() == mixed_table.columns.tolist()
    assert fitted.stop_reason_ == "all steps done"
    assert fitted.history_["step"].tolist() == [8]
    assert fitted.history_["two_sample_score"].isna().all()  # too few rows
    figures = fitted.history_.drop(columns="two_sample_score")
    assert np.isfinite(figures.to_numpy()).all()
    assert fitted.settings_.batch_size == 32
    kinds = [str(column.kind) for column in fitted.schema_]
    assert kinds == [
        "categorical",
        "continuous",
        "integer",
        "datetime",
        "boolean",
        "identifier",
        "text",
        "constant",
    ]
    assert "customer" in repr(fitted.schema_)


def test_keys_are_fresh_and_unique_and_texts_are_not_copied(
    fitted: GANSynthesizer, mixed_table: pd.DataFrame
) -> None:
    rows = fitted.sample(3000, random_state=0)
    assert rows["customer"].is_unique
    assert not rows["customer"].isin(mixed_table["customer"]).any()
    assert rows["customer"].str.fullmatch(r"C\d{7}-[a-z]{4}").all()
    assert not rows["note"].isin(mixed_table["note"]).any()


def test_midnights_stay_midnights_and_cents_stay_cents(fitted: GANSynthesizer) -> None:
    rows = fitted.sample(500, random_state=0)
    assert (rows["joined"] == rows["joined"].dt.normalize()).all()
    income = rows["income"].dropna()
    assert (income == income.round(2)).all()


# --- the stream of rows ---------------------------------------------------------------


@pytest.mark.parametrize("n_samples", [0, 1, 7, 5000])
def test_exactly_as_many_rows_are_made_as_asked_for(
    fitted: GANSynthesizer, mixed_table: pd.DataFrame, n_samples: int
) -> None:
    rows = fitted.sample(n_samples, random_state=0)
    assert len(rows) == n_samples
    pd.testing.assert_index_equal(rows.index, pd.RangeIndex(n_samples))
    pd.testing.assert_series_equal(rows.dtypes, mixed_table.dtypes)


def test_a_second_call_continues_the_stream(fitted: GANSynthesizer) -> None:
    whole = copy.deepcopy(fitted).sample(100)
    synthesizer = copy.deepcopy(fitted)
    parts = [synthesizer.sample(n) for n in (0, 1, 60, 39)]
    same(pd.concat(parts, ignore_index=True), whole, check_exact=True)


def test_a_random_state_repeats_its_rows_and_leaves_the_stream_where_it_is(
    fitted: GANSynthesizer,
) -> None:
    synthesizer = copy.deepcopy(fitted)
    ten = synthesizer.sample(10, random_state=7)
    same(synthesizer.sample(10, random_state=7), ten, check_exact=True)
    same(synthesizer.sample(4, random_state=7), ten[:4], check_exact=True)
    assert not synthesizer.sample(10, random_state=8).equals(ten)
    same(synthesizer.sample(10), copy.deepcopy(fitted).sample(10), check_exact=True)


def test_generators_are_taken_as_random_states(fitted: GANSynthesizer) -> None:
    def sample(seed: int) -> pd.DataFrame:
        return fitted.sample(5, random_state=np.random.default_rng(seed))

    same(sample(1), sample(1))
    assert not sample(1).equals(sample(2))
    legacy = np.random.RandomState(1)
    first, second = (fitted.sample(5, random_state=legacy) for _ in range(2))
    assert not first.equals(second)


def test_a_row_does_not_depend_on_the_batch_it_is_made_in(
    fitted: GANSynthesizer,
) -> None:
    many = fitted.sample(10_000, random_state=3)
    synthesizer = copy.deepcopy(fitted)
    whole = synthesizer.sample(10_000)
    synthesizer._next_row = 5000
    same(
        synthesizer.sample(10),
        whole[5000:5010].reset_index(drop=True),
        check_exact=True,
    )
    assert not many.equals(whole)


def test_fitting_again_with_the_same_random_state_gives_the_same_rows(
    fitted: GANSynthesizer, mixed_table: pd.DataFrame
) -> None:
    with pytest.warns(InferenceWarning):
        again = clone(fitted).fit(mixed_table)
    same(
        again.sample(200, random_state=1),
        fitted.sample(200, random_state=1),
        check_exact=True,
    )
    same(copy.deepcopy(again).sample(50), copy.deepcopy(fitted).sample(50))
    losses = ["discriminator_loss", "generator_loss"]
    same(again.history_[losses], fitted.history_[losses], check_exact=True)


@pytest.mark.usefixtures("uncompiled")
def test_another_random_state_gives_other_rows(tiny: dict[str, Any]) -> None:
    table = pd.DataFrame({"a": ["x", "y", "z"] * 20, "b": np.arange(60) % 7})
    rows = [
        GANSynthesizer(**{**tiny, "random_state": seed}).fit(table).sample(50)
        for seed in (0, 1)
    ]
    assert not rows[0].equals(rows[1])


def test_global_random_states_are_where_they_were(
    moved_random_states: list[str],
) -> None:
    assert moved_random_states == []


# --- refinement -----------------------------------------------------------------------


def make_large_enough() -> pd.DataFrame:
    """Make a table that is just large enough to be refined."""
    rng = np.random.default_rng(0)
    return pd.DataFrame(rng.normal(size=(MIN_ROWS, 2)), columns=["a", "b"])


@pytest.mark.parametrize("kind", ["choices", "numbers"])
def test_tables_without_numbers_or_without_choices_are_refined(
    kind: str, tiny: dict[str, Any], tmp_path: Path
) -> None:
    table = make_large_enough()
    if kind == "choices":
        table = (table > 0).astype(str)
    synthesizer = GANSynthesizer(**tiny).fit(table)
    assert synthesizer.refinement_ is not None
    rows = synthesizer.sample(20, random_state=1)
    pd.testing.assert_series_equal(rows.dtypes, table.dtypes)
    synthesizer.save(tmp_path / "a.synthgan")
    same(load(tmp_path / "a.synthgan").sample(20, random_state=1), rows)


def test_rows_are_kept_and_their_ends_put_right_where_none_need_move(
    tiny: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("synthgan.refinement.flow.fit_flow", lambda *arguments: [])
    table = make_large_enough()
    synthesizer = GANSynthesizer(**tiny).fit(table)
    refinement = synthesizer.refinement_
    assert refinement is not None
    assert refinement.n_candidates > 1
    assert all(tails.size for tails in refinement.tails)
    rows = synthesizer.sample(20, random_state=1)
    synthesizer.save(tmp_path / "a.synthgan")
    same(load(tmp_path / "a.synthgan").sample(20, random_state=1), rows)


@pytest.mark.usefixtures("uncompiled")
@pytest.mark.parametrize("step", ["fitting._diagnose", "refinement.flow.fit_flow"])
def test_an_interruption_after_training_keeps_the_generator_and_warns(
    step: str, tiny: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"synthgan.{step}", interrupt)
    with pytest.warns(UserWarning, match="interrupted after training"):
        synthesizer = GANSynthesizer(**tiny).fit(make_large_enough())
    assert synthesizer.stop_reason_ == "interrupted while refining"
    assert synthesizer.refinement_ is None
    assert len(synthesizer.sample(5)) == 5


@pytest.mark.usefixtures("uncompiled")
def test_nothing_is_refined_when_time_is_over(tiny: dict[str, Any]) -> None:
    synthesizer = GANSynthesizer(**tiny, max_seconds=1e-3).fit(make_large_enough())
    assert synthesizer.refinement_ is None
    assert len(synthesizer.sample(5)) == 5


@pytest.mark.usefixtures("uncompiled")
def test_a_small_table_is_not_refined(tiny: dict[str, Any]) -> None:
    numbers = np.arange(MIN_ROWS - 1)
    table = pd.DataFrame({"a": numbers % 2, "b": numbers * (numbers % 2)})
    assert GANSynthesizer(**tiny).fit(table).refinement_ is None


@pytest.mark.usefixtures("uncompiled")
@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_every_loss_trains_and_samples(loss: str, tiny: dict[str, Any]) -> None:
    table = pd.DataFrame({"a": ["x", "y"] * 20, "b": np.linspace(0, 1, 40)})
    synthesizer = GANSynthesizer(**tiny, loss=loss).fit(table)
    losses = synthesizer.history_[["discriminator_loss", "generator_loss"]]
    assert np.isfinite(losses.to_numpy()).all()
    assert synthesizer.settings_.loss == loss
    assert len(synthesizer.sample(5)) == 5


# --- the schema -----------------------------------------------------------------------


@pytest.mark.usefixtures("uncompiled")
def test_a_given_kind_overrides_the_guess(tiny: dict[str, Any]) -> None:
    table = pd.DataFrame({"zip": [89073, 53111, 10115, 89075] * 10, "b": [1.5, 2] * 20})
    synthesizer = GANSynthesizer(**tiny, schema={"zip": "categorical"}).fit(table)
    assert synthesizer.schema_["zip"].kind == "categorical"
    assert synthesizer.sample(30)["zip"].isin(table["zip"]).all()
    # A whole schema, such as that of another fit, gives all of them.
    again = GANSynthesizer(**tiny, schema=synthesizer.schema_).fit(table)
    assert again.schema_["zip"].kind == "categorical"


# --- manners --------------------------------------------------------------------------


@pytest.mark.usefixtures("uncompiled")
def test_a_quiet_fit_prints_nothing_and_writes_no_file(
    tiny: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    GANSynthesizer(**tiny).fit(PLAIN).sample(10)
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("uncompiled")
def test_a_verbose_fit_shows_its_progress_on_the_error_stream(
    tiny: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    GANSynthesizer(**{**tiny, "verbose": True}).fit(PLAIN)
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "training" in captured.err


@pytest.mark.usefixtures("uncompiled")
def test_fit_does_not_change_the_table(tiny: dict[str, Any]) -> None:
    table = PLAIN.copy()
    GANSynthesizer(**tiny).fit(table).sample(3)
    same(table, PLAIN)


@pytest.mark.usefixtures("uncompiled")
def test_callbacks_look_on_and_can_stop_the_fit(tiny: dict[str, Any]) -> None:
    class StopAtOnce(Callback):
        def on_call_end(self, state: Any) -> None:
            state.stop("seen enough")

    parameters = {**tiny, "n_steps": 10_000, "callbacks": [StopAtOnce()]}
    synthesizer = GANSynthesizer(**parameters).fit(PLAIN)
    assert synthesizer.stop_reason_ == "seen enough"
    assert len(synthesizer.history_) == 1


@pytest.mark.usefixtures("uncompiled")
def test_an_interrupted_fit_gives_a_usable_synthesizer(tiny: dict[str, Any]) -> None:
    class CtrlC(Callback):
        def on_call_end(self, state: object) -> None:
            raise KeyboardInterrupt

    with pytest.warns(UserWarning, match="interrupted after"):
        synthesizer = GANSynthesizer(**tiny, callbacks=[CtrlC()]).fit(PLAIN)
    assert synthesizer.stop_reason_ == "interrupted"
    assert len(synthesizer.sample(5)) == 5


def test_clones_and_parameters_follow_scikit_learn(fitted: GANSynthesizer) -> None:
    other = clone(fitted)
    assert other.get_params() == fitted.get_params()
    assert not hasattr(other, "encoder_")
    other.set_params(n_steps=3, loss="hinge")
    assert (other.n_steps, other.loss) == (3, "hinge")
    assert fitted.n_steps == 8
    with pytest.raises(ValueError, match="epochs"):
        other.set_params(epochs=3)
    assert "n_steps=8" in repr(fitted)
