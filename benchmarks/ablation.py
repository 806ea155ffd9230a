"""What each ingredient of the recipe is worth: trainings with one of them changed.

An ingredient that is no parameter is a constant of the module that it belongs to; it is
replaced in the process of that training alone.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd

from benchmarks.fidelity import in_fresh_process, measure_synthgan
from benchmarks.results import (
    Result,
    add_grid_arguments,
    describe,
    reuse_or_measure,
    to_markdown,
)

#: What a table shows of each training, and whether of its raw rows.
_FIGURES: dict[str, tuple[str, bool]] = {
    "AUC raw": ("two_sample_auc", True),
    "AUC refined": ("two_sample_auc", False),
    "Shape error % raw": ("shape_error_percent", True),
    "Shape error % refined": ("shape_error_percent", False),
    "trend all error % refined": ("trend_all_error_percent", False),
    "TSTR": ("tstr_auc", False),
}


@dataclass(frozen=True)
class Change:
    """One ingredient, changed.

    Parameters
    ----------
    parameters : dict of str to object
        Parameters of `GANSynthesizer`.
    constants : dict of str to object
        Values of constants, by their full names.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)

    @contextlib.contextmanager
    def applied(self) -> Iterator[None]:
        """Replace the constants for a while."""
        with contextlib.ExitStack() as stack:
            for full_name, value in self.constants.items():
                module, _, name = full_name.rpartition(".")
                owner = importlib.import_module(module)
                stack.enter_context(mock.patch.object(owner, name, value))
            yield


def _no_references(frame: pd.DataFrame, columns: Any) -> Any:
    return columns


def _no_sums(frame: pd.DataFrame, columns: Any) -> Any:
    return columns


def _no_dependencies(arguments: Any, values: Any) -> tuple[Any, ...]:
    return ()


#: "recipe" is the defaults; the others differ from it in one thing.
CHANGES: dict[str, Change] = {
    "recipe": Change(),
    "Wasserstein loss": Change({"loss": "wasserstein"}),
    "hinge loss": Change({"loss": "hinge"}),
    "penalty weight 1": Change({"penalty_weight": 1.0}),
    "latent of 64": Change({"latent_dim": 64}),
    "networks of half the width": Change(
        {"generator_units": (64, 64), "discriminator_units": (64, 64)}
    ),
    "generator of three blocks": Change({"generator_units": (128, 128, 128)}),
    "no rank features": Change(
        constants={
            "synthgan.networks.rows.N_EQUAL_PIECES": 1,
            "synthgan.networks.rows.N_HALVINGS": 0,
        }
    ),
    "equal pieces of a rank": Change(
        constants={"synthgan.networks.rows.N_HALVINGS": 0}
    ),
    "no moment term": Change(constants={"synthgan.losses.moments.MOMENT_WEIGHT": 0.0}),
    "no averaging": Change(constants={"synthgan.training.game.AVERAGING": 0.0}),
    "no masks": Change(constants={"synthgan.training.game.MASKED_SHARE": 1e-6}),
    "half of the rows masked": Change(
        constants={"synthgan.training.game.MASKED_SHARE": 0.5}
    ),
    "no references": Change(
        constants={"synthgan.schema.inference.find_references": _no_references}
    ),
    "no sums": Change(constants={"synthgan.schema.inference.find_sums": _no_sums}),
    "no dependencies": Change(
        constants={"synthgan.encoders.table.find_dependencies": _no_dependencies}
    ),
    "no trees": Change(constants={"synthgan.refinement.boosting.NUMBERS_OF_TREES": ()}),
    "no calibration": Change(
        constants={"synthgan.refinement.calibration.MAX_OFFSET": 0.0}
    ),
    "no stretched tails": Change(
        constants={"synthgan.refinement.tails.MIN_RANKS": float("inf")}
    ),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `python -m benchmarks ablation` takes."""
    sets = ["adult", "default", "shoppers", "magic"]
    add_grid_arguments(parser, sets, seeds=[0, 1, 2])
    parser.add_argument("--changes", nargs="+", choices=CHANGES, default=list(CHANGES))
    parser.add_argument(
        "--n-steps",
        type=int,
        help="steps of each training, in place of the default for the table",
    )


def run(arguments: argparse.Namespace) -> None:
    """Measure the grid, and write the page of all that is saved."""
    folder = arguments.output / "ablation"
    results: dict[str, list[Result]] = {}
    # Seed by seed and change by change, so that an unfinished grid compares well.
    for seed in arguments.seeds:
        for name in arguments.sets:
            for change in arguments.changes:
                path = folder / f"{name}-{change.replace(' ', '_')}-seed{seed}.json"
                result = reuse_or_measure(
                    path,
                    {
                        "set": name,
                        "change": change,
                        "seed": seed,
                        "max_seconds": arguments.max_seconds,
                        "n_steps": arguments.n_steps,
                    },
                    partial(
                        in_fresh_process,
                        measure,
                        arguments.data_dir,
                        name,
                        seed,
                        arguments.max_seconds,
                        arguments.n_steps,
                        change,
                    ),
                    arguments.fresh,
                )
                results.setdefault(name, []).append(result)
    page = f"{_INTRODUCTION}\n" + "\n".join(
        _section(name, own) for name, own in results.items()
    )
    print("\n" + page)
    (arguments.output / "ablation.md").write_text(page)


def measure(
    data_dir: Path,
    name: str,
    seed: int,
    max_seconds: float | None,
    n_steps: int | None,
    change: str,
) -> Result:
    """Train once with one ingredient changed."""
    changed = CHANGES[change]
    parameters = dict(changed.parameters)
    if n_steps is not None:
        parameters["n_steps"] = n_steps
    with changed.applied():
        return measure_synthgan(data_dir, name, seed, max_seconds, **parameters)


_INTRODUCTION = """\
# Ablation

Each row is the recipe with one ingredient changed: means over so many trainings. "Its
deviation" is the standard deviation of the refined rows' two-sample AUC over them. An
ingredient earns its place where the row without it is worse by more than that.
"""


def _section(name: str, results: list[Result]) -> str:
    """Return the part of the page that shows one set."""
    frame = pd.DataFrame([_row(result) for result in results]).set_index("change")
    grouped = frame.groupby(level=0, sort=False)
    table = grouped.mean()
    table.insert(2, "its deviation", grouped["AUC refined"].std())
    table.index = [f"{change} ({n})" for change, n in grouped.size().items()]
    n_steps = results[-1]["request"]["n_steps"]
    budget = "the default number of" if n_steps is None else f"{n_steps:,}"
    return (
        f"## {name}\n\n{to_markdown(table)}\n\n"
        f"Trainings of {budget} steps, measured with "
        f"{describe(results[-1]['environment'])}.\n"
    )


def _row(result: Result) -> dict[str, Any]:
    figures = {
        title: (result["raw"] if is_raw else result)["scores"].get(score)
        for title, (score, is_raw) in _FIGURES.items()
    }
    return {
        "change": result["request"]["change"],
        **figures,
        "fit seconds": result["fit_seconds"],
    }
