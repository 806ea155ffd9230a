"""The command line: `python -m benchmarks <measurement>`."""

from __future__ import annotations

import argparse

from benchmarks import (
    ablation,
    conditional,
    curve,
    evaluator,
    fidelity,
    imputation,
    sampling,
    small,
    startup,
)
from benchmarks.augmentation import command as augmentation
from benchmarks.peers import command as peers

_MEASUREMENTS = {
    "ablation": ablation,
    "augmentation": augmentation,
    "conditional": conditional,
    "curve": curve,
    "evaluator": evaluator,
    "fidelity": fidelity,
    "imputation": imputation,
    "peers": peers,
    "sampling": sampling,
    "small": small,
    "startup": startup,
}


def main() -> None:
    """Run one measurement."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    commands = parser.add_subparsers(required=True, metavar="measurement")
    for name, module in _MEASUREMENTS.items():
        summary = (module.__doc__ or "").partition("\n")[0]
        command = commands.add_parser(name, help=summary, description=module.__doc__)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
