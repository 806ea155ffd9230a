"""The command line: `synthgan demo` and `synthgan evaluate`.

This is the one place that may change the process: it silences TensorFlow's start-up
chatter, since the process is our own.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

import synthgan
from synthgan.cli import demo, evaluate

_COMMANDS = {"demo": demo, "evaluate": evaluate}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str or None, default None
        The words after the command's name; None takes the process's own.

    Returns
    -------
    int
        The exit status: 0 if all went well, 2 if the input cannot be used, 130 after
        Ctrl-C.
    """
    options = _build_parser().parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    try:
        options.run(options)
    except (synthgan.SynthGANError, OSError) as error:
        print(f"synthgan: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("synthgan: interrupted", file=sys.stderr)
        return 130
    return 0


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="synthgan",
        description="Synthetic mixed-type tables from a Keras conditional GAN.",
    )
    parser.add_argument(
        "--version", action="version", version=f"synthgan {synthgan.__version__}"
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, module in _COMMANDS.items():
        command = commands.add_parser(
            name, help=module.SUMMARY, description=module.DESCRIPTION
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser
