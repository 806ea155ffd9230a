"""How long an evaluation takes, said before it starts and while it runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from tqdm.auto import tqdm

#: Seconds for a table of 10,000 rows and 15 columns beside one as large, measured on
#: one core. They weigh the steps of the bar, too.
_SECONDS = {
    "column_shapes": 0.1,
    "trend_all": 0.3,
    "trend_common": 0.3,
    "trend_associated": 0.2,
    "associations": 0.9,
    "missingness": 0.1,
    "validity": 0.1,
    "text_form": 0.1,
    "two_sample": 2.2,
    "two_sample_holdout": 2.2,
    "two_sample_strict": 10.0,
    "two_sample_logistic": 0.8,
    "tstr": 0.8,
    "trts": 0.8,
    "model_comparison": 5.0,
    "exact_matches": 0.1,
    "near_matches": 0.1,
    "dcr_share": 1.3,
    "dcr_quantile": 0.6,
    "membership_nearest": 3.5,
    "membership_reference": 0.1,
    "membership_neighbours": 0.1,
    "membership_classifier": 0.7,
    "membership_density": 0.1,
    "attribute_nearest": 6.0,
    "attribute_boosting": 100.0,
    "singling_out": 0.6,
    "linkability": 1.5,
    "importance_agreement": 18.0,
    "global_utility": 90.0,
    "precision_recall": 1.5,
}
#: What an unlisted metric or attack is taken for.
_OTHER = 2.0
_USUAL_CELLS = 150_000


@dataclass(frozen=True)
class Step:
    """One thing that is computed.

    Parameters
    ----------
    name : str
        A metric's or attack's name.
    label : str
        What the bar says while it runs.
    n_cells : int
        Cells of the table that is judged.
    """

    name: str
    label: str
    n_cells: int

    @property
    def seconds(self) -> float:
        """About how long it takes."""
        usual = _SECONDS.get(self.name, _OTHER)
        return usual * max(self.n_cells / _USUAL_CELLS, 0.05)


class Progress:
    """A bar on the error stream that moves with each step.

    Parameters
    ----------
    steps : sequence of Step
        Everything that will run.
    verbose : bool
        Whether the bar is shown.
    """

    def __init__(self, steps: Sequence[Step], verbose: bool) -> None:
        seconds = sum(step.seconds for step in steps)
        self._bar = tqdm(
            total=seconds,
            desc=f"{len(steps)} steps, {describe_duration(seconds)}",
            disable=not verbose,
            bar_format="{desc} |{bar}| {percentage:3.0f} % [{elapsed}{postfix}]",
        )

    @contextmanager
    def running(self, step: Step) -> Iterator[None]:
        """Name a step while it runs, and move on when it is done."""
        self._bar.set_postfix_str(step.label)
        yield
        self._bar.update(step.seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.set_postfix_str("")
        self._bar.close()


def describe_duration(seconds: float) -> str:
    """Return an estimate as rough as it is.

    Examples
    --------
    >>> describe_duration(20), describe_duration(100), describe_duration(1500)
    ('under a minute', 'about 2 minutes', 'about 25 minutes')
    """
    if seconds < 45:
        return "under a minute"
    minutes = max(1, round(seconds / 60))
    if minutes > 10:
        minutes = 5 * round(minutes / 5)
    return f"about {minutes} minute{'s' if minutes > 1 else ''}"
