"""The peers: what each is called, where it runs, and what was done for it."""

from __future__ import annotations

from dataclasses import dataclass, field

_RUNNERS = "benchmarks.peers.runners"


@dataclass(frozen=True)
class Peer:
    """A model of the comparison.

    Parameters
    ----------
    title : str
        What tables call it.
    runner : str
        The module that runs it.
    requirements : str
        Name of its requirements file without the suffix; empty for what runs in the
        harness's own environment.
    packages : tuple of str
        The packages whose versions tables show.
    note : str
        What was done so that it takes the tables, in words.
    """

    title: str
    runner: str
    requirements: str
    packages: tuple[str, ...]
    note: str = field(repr=False)


_PREPARED = (
    "a missing level is a level; gaps in numbers are filled with the mean, beside a "
    "column that says where they were"
)

PEERS = {
    "ctgan": Peer("CTGAN", f"{_RUNNERS}.ctgan", "ctgan", ("ctgan", "torch"), _PREPARED),
    "tvae": Peer("TVAE", f"{_RUNNERS}.tvae", "ctgan", ("ctgan", "torch"), _PREPARED),
    "arf": Peer("ARF", f"{_RUNNERS}.arf", "arf", ("arfpy", "scikit-learn"), _PREPARED),
    "tabularargn": Peer(
        "TabularARGN",
        f"{_RUNNERS}.tabularargn",
        "tabularargn",
        ("mostlyai-engine", "torch"),
        "takes missing cells itself; it is told which columns are categorical",
    ),
    "gaussian_copula": Peer(
        "Gaussian copula",
        f"{_RUNNERS}.gaussian_copula",
        "gaussian_copula",
        ("sdv", "copulas"),
        "takes missing cells itself; it is told what each column is. Its package draws "
        "the same rows whatever the seed",
    ),
    "smotenc": Peer(
        "SMOTE-NC",
        f"{_RUNNERS}.smotenc",
        "smotenc",
        ("imbalanced-learn", "scikit-learn"),
        f"{_PREPARED}. Its rows lie between training rows of one class, so that it "
        "cannot be used where the target is no class; it learns nothing, and hides "
        "nobody",
    ),
    "synthgan": Peer(
        "synthgan",
        f"{_RUNNERS}.synthgan",
        "",
        ("synthgan", "keras", "tensorflow"),
        "takes missing cells itself; it is told what each column is",
    ),
}

NOT_PACKAGED = {
    "CTAB-GAN+": "its authors' repository (Team-TUD/CTAB-GAN-Plus) holds scripts "
    "without a build file; the package index has neither ctabgan nor ctabgan-plus",
}
