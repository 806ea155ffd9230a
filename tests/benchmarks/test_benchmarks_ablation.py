import importlib

import pytest

from benchmarks import ablation
from synthgan import GANSynthesizer


def _value(full_name):
    module, _, name = full_name.rpartition(".")
    return getattr(importlib.import_module(module), name)


@pytest.mark.parametrize("change", ablation.CHANGES.values(), ids=ablation.CHANGES)
def test_a_change_is_of_what_there_is_and_is_taken_back(change):
    defaults = GANSynthesizer().get_params()
    for name, value in change.parameters.items():
        assert defaults[name] != value
    before = {name: _value(name) for name in change.constants}
    assert all(before[name] != value for name, value in change.constants.items())
    with change.applied():
        assert {name: _value(name) for name in change.constants} == change.constants
    assert {name: _value(name) for name in change.constants} == before


@pytest.fixture
def arguments(monkeypatch, grid_arguments):
    """Arguments of a run in this process; a training tells which ones there were."""
    grid_arguments.changes = ["recipe", "no masks", "hinge loss"]
    areas = {"recipe": 0.55, "no masks": 0.53, "hinge loss": 0.6}

    def measure_synthgan(data_dir, name, seed, max_seconds, **parameters):
        assert parameters.pop("n_steps") == ablation.N_STEPS
        del parameters["load"]
        change = "hinge loss" if parameters else "recipe"
        if _value("synthgan.training.game.MASKED_SHARE") < 0.1:
            change = "no masks"
        scores = {
            "two_sample_auc": areas[change] + 0.01 * seed,
            "shape_error_percent": 1.0,
            "trend_all_error_percent": 2.0,
            "tstr_auc": 0.9,
        }
        raw = {"scores": {**scores, "two_sample_auc": 0.7}}
        environment = {"date": "today"}
        return {"scores": scores, "raw": raw, "environment": environment}

    monkeypatch.setattr(ablation, "measure_synthgan", measure_synthgan)
    monkeypatch.setattr(ablation, "in_fresh_process", lambda f, *a: f(*a))
    return grid_arguments


def test_the_page_shows_each_change_beside_the_recipe(arguments):
    ablation.run(arguments)
    lines = (arguments.output / "ablation.md").read_text().splitlines()
    cells = {
        parts[1].strip(): [cell.strip() for cell in parts[2:-1]]
        for parts in (line.split("|") for line in lines if line.startswith("|"))
    }
    # Raw, refined, deviation.
    assert cells["recipe (2)"][:3] == ["0.700", "0.555", "0.007"]
    assert cells["no masks (2)"][1] == "0.535"
    assert cells["hinge loss (2)"][1] == "0.605"


def test_what_is_saved_is_not_measured_again(arguments, monkeypatch):
    ablation.run(arguments)

    def fail(*_):
        raise AssertionError

    monkeypatch.setattr(ablation, "in_fresh_process", fail)
    ablation.run(arguments)
