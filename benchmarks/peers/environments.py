"""A virtual environment for each requirements file, made once and kept."""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from benchmarks.peers.registry import Peer

REQUIREMENTS = Path(__file__).with_name("requirements")


class NotInstalledError(Exception):
    """An environment cannot be made; the text is pip's last line."""


def add_environment_arguments(
    parser: argparse.ArgumentParser, limit_seconds: float = 4 * 3600
) -> None:
    """Declare where environments are kept, and how long a peer may run in one."""
    parser.add_argument(
        "--environments",
        type=Path,
        default=Path.home() / ".cache" / "synthgan-benchmarks",
        help="where the peers' virtual environments are kept",
    )
    parser.add_argument(
        "--limit-seconds",
        type=float,
        default=limit_seconds,
        help="longest single run of a peer",
    )


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Refuse a second run at the same time: each would spoil the other's seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            msg = f"--environments: expected no other run in {folder}, but one goes on"
            raise SystemExit(msg) from None
        yield


def make_environment(folder: Path, peer: Peer) -> Path:
    """Return the interpreter that runs a peer; make its environment if there is none.

    Parameters
    ----------
    folder : Path
        Where environments are kept.
    peer : Peer
        Whose environment; peers of one requirements file share one.

    Returns
    -------
    Path
        The Python of the environment, or this process's own where the peer needs none.

    Raises
    ------
    NotInstalledError
        If a package cannot be installed.
    """
    if not peer.requirements:
        return Path(sys.executable)
    environment = folder / environment_name(peer)
    python, finished = environment / "bin" / "python", environment / "installed"
    if not finished.exists():
        print(f"{environment.name}: installing …", flush=True)
        shutil.rmtree(environment, ignore_errors=True)
        _install(environment, python, REQUIREMENTS / f"{peer.requirements}.txt")
        finished.touch()
    return python


def _install(environment: Path, python: Path, requirements: Path) -> None:
    # One retry: an index of the list that is out of reach costs seconds, not minutes.
    install = ["-m", "pip", "install", "--quiet", "--retries", "1", "-r"]
    for command in (
        [sys.executable, "-m", "venv", str(environment)],
        [str(python), *install, str(requirements)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotInstalledError(last_line(done.stderr or done.stdout))


def environment_name(peer: Peer) -> str:
    """Return a name that changes with the pinned versions; own for the harness's."""
    if not peer.requirements:
        return "own"
    pinned = (REQUIREMENTS / f"{peer.requirements}.txt").read_bytes()
    return f"{peer.requirements}-{hashlib.sha256(pinned).hexdigest()[:10]}"


def shown_versions(peer: Peer) -> dict[str, str]:
    """Return the versions of a peer's main packages."""
    if not peer.requirements:
        return {name: metadata.version(name) for name in peer.packages}
    pinned = (REQUIREMENTS / f"{peer.requirements}.txt").read_text()
    versions = dict(re.findall(r"^([\w.-]+)==(\S+)", pinned, flags=re.MULTILINE))
    return {name: versions[name] for name in peer.packages}


def last_line(text: str) -> str:
    """Return the last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"
