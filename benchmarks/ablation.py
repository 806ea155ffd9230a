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

from benchmarks.datasets import load_part
from benchmarks.fidelity import in_fresh_process, measure_synthgan
from benchmarks.results import (
    Result,
    add_grid_arguments,
    load_results,
    measured_with,
    reuse_or_measure,
    to_markdown,
)

#: Training rows and steps: the whole grid, some 280 trainings, takes hours, not days.
N_ROWS, N_STEPS = 6_000, 2_000
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


def _no_dependencies(arguments: Any, values: Any) -> tuple[Any, ...]:
    return ()


#: "recipe" is the defaults; the others differ from it in one thing.
CHANGES: dict[str, Change] = {
    "recipe": Change(),
    "Wasserstein loss": Change({"loss": "wasserstein"}),
    "hinge loss": Change({"loss": "hinge"}),
    "no penalty": Change({"penalty_weight": 0.0}),
    "penalty weight 1": Change({"penalty_weight": 1.0}),
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
    "no references": Change(
        constants={"synthgan.schema.inference.find_references": _no_references}
    ),
    "no dependencies": Change(
        constants={"synthgan.encoders.table.find_dependencies": _no_dependencies}
    ),
    "no flow": Change(
        constants={
            "synthgan.networks.flow.CODE_STEP": 0.0,
            "synthgan.networks.flow.RANK_STEP": 0.0,
        }
    ),
    "one network in the flow": Change(
        constants={"synthgan.refinement.flow.N_ROUNDS": 1}
    ),
    "no jitter in the flow": Change(
        constants={
            "synthgan.networks.flow.JITTER": 0.0,
            "synthgan.refinement.flow.JITTER": 0.0,
        }
    ),
    "one candidate": Change(
        constants={"synthgan.refinement.calibration.CUT_SHARE": 1.0}
    ),
    "no trees": Change(constants={"synthgan.refinement.boosting.NUMBERS_OF_TREES": ()}),
    "no calibration": Change(
        constants={"synthgan.refinement.calibration.MAX_OFFSET": 0.0}
    ),
    "atoms only of a hundredth of the rows": Change(
        constants={"synthgan.encoders.numeric.ATOM_SHARE": 0.01}
    ),
    "frequent values are atoms": Change(
        constants={"synthgan.encoders.numeric.WIDE_SHARE": 0.01}
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


def run(arguments: argparse.Namespace) -> None:
    """Measure the grid, and write a page of all that is measured to `--output`."""
    folder = arguments.output / "ablation"
    # Seed by seed and change by change, so that an unfinished grid compares well.
    for seed in arguments.seeds:
        for name in arguments.sets:
            for change in arguments.changes:
                reuse_or_measure(
                    folder / f"{name}-{change.replace(' ', '_')}-seed{seed}.json",
                    {
                        "set": name,
                        "change": change,
                        "seed": seed,
                        "max_seconds": arguments.max_seconds,
                        "n_rows": N_ROWS,
                        "n_steps": N_STEPS,
                    },
                    partial(
                        in_fresh_process,
                        measure,
                        arguments.data_dir,
                        name,
                        seed,
                        arguments.max_seconds,
                        change,
                    ),
                    arguments.fresh,
                )
    frame = pd.DataFrame([_row(result) for result in load_results(folder)])
    sections = [_section(str(name), rows) for name, rows in frame.groupby("set")]
    page = f"{_INTRODUCTION}\n" + "\n".join(sections)
    print("\n" + page)
    (arguments.output / "ablation.md").write_text(page)


def measure(
    data_dir: Path, name: str, seed: int, max_seconds: float | None, change: str
) -> Result:
    """Train once on a part of a table with one ingredient changed."""
    changed = CHANGES[change]
    load = partial(load_part, n_rows=N_ROWS)
    with changed.applied():
        return measure_synthgan(
            data_dir,
            name,
            seed,
            max_seconds,
            load=load,
            n_steps=N_STEPS,
            **changed.parameters,
        )


_INTRODUCTION = f"""\
# Ablation

Each row is the recipe with one ingredient changed: means over so many trainings of
{N_STEPS:,} steps on {N_ROWS:,} rows, short ones, since there are hundreds; two at a
time, so that their seconds say nothing. "Its deviation" is the standard deviation of
the refined rows' two-sample AUC over them. An ingredient earns its place where the row
without it is worse by more than that. The rows without references and dependencies
differ only where a table has some. Sums are in none of these tables; that they are kept
exactly is tested.
"""


def _section(name: str, frame: pd.DataFrame) -> str:
    """Return the part of the page that shows one set."""
    grouped = frame.groupby("change", sort=False)
    table = grouped[list(_FIGURES)].mean()
    table.insert(2, "its deviation", grouped["AUC refined"].std())
    # In the order in which they are declared.
    table = table.loc[[change for change in CHANGES if change in table.index]]
    table.index = [f"{change} ({grouped.size()[change]})" for change in table.index]
    used = measured_with(frame.to_dict("records"))
    return f"## {name}\n\n{to_markdown(table)}\n\n{used}\n"


def _row(result: Result) -> dict[str, Any]:
    figures = {
        title: (result["raw"] if is_raw else result)["scores"].get(score)
        for title, (score, is_raw) in _FIGURES.items()
    }
    return {
        "set": result["request"]["set"],
        "change": result["request"]["change"],
        **figures,
        "environment": result["environment"],
    }
