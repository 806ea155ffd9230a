"""Who may import whom, and what `import synthgan` must not bring along."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import synthgan

PACKAGE = Path(synthgan.__file__).parent

#: The layers: a module imports from lower ones, and from its own folder.
LEVELS = {
    "exceptions": -1,  # any layer raises them
    "_random": 0,
    "_validation": 0,
    "datasets": 0,
    "layout": 0,
    "schema": 0,
    "encoders": 1,
    "statistics": 1,
    "candidates": 2,
    "conditions": 2,
    "engines": 2,
    "held_out": 2,
    "losses": 2,
    "networks": 2,
    "evaluation": 3,
    "persistence": 3,
    "refinement": 3,
    "training": 3,
    "model": 3.4,
    "fitting": 3.5,
    "synthesizer": 4,
    "augmentation": 5,
    "reporting": 5,
    "cli": 6,
}
#: The backends, and who alone may import them.
MAY_IMPORT = {
    "tensorflow": {"engines"},
    "jax": {"engines"},
    "torch": set(),
    "keras": {"engines", "losses", "networks", "refinement", "training"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def unit_of(module: str) -> str:
    """Return the folder or file below the package that a dotted name is in."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def imports_of(node: ast.AST) -> Iterator[str]:
    """Yield the dotted names that a module imports when it runs, anywhere in it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "relative imports are not used"
            module = child.module or ""
            if module == "synthgan":
                # A submodule or one of the lazy public names.
                for alias in child.names:
                    yield synthgan._MODULES.get(alias.name, f"synthgan.{alias.name}")
            else:
                yield module
        elif is_type_checking(child):
            for part in getattr(child, "orelse", []):
                yield from imports_of(part)
        else:
            yield from imports_of(child)


def read_imports(path: Path) -> set[str]:
    return set(imports_of(ast.parse(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_from_lower_layers_and_its_own_folder(path: Path) -> None:
    relative = path.relative_to(PACKAGE)
    if relative == Path("__init__.py"):
        own, level = "", -9  # the lazy face: nothing at run time
    else:
        own = relative.parts[0].removesuffix(".py")
        level = LEVELS[own]
    for module in read_imports(path):
        top = module.split(".")[0]
        if top == "synthgan" and unit_of(module) not in {"", own}:
            assert LEVELS[unit_of(module)] < level, f"{relative} imports {module}"
        if top in MAY_IMPORT:
            assert own in MAY_IMPORT[top], f"{relative} imports {module}"


def test_the_check_sees_imports_inside_functions_but_not_those_for_types() -> None:
    code = """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import keras
def f():
    if True:
        import tensorflow.keras
    from synthgan import GANSynthesizer, layout
"""
    assert set(imports_of(ast.parse(code))) == {
        "typing",
        "tensorflow.keras",
        "synthgan.synthesizer",
        "synthgan.layout",
    }


def run_python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_import_synthgan_brings_no_heavy_package() -> None:
    code = "import synthgan, sys, json; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(run_python(code)))
    heavy = {"tensorflow", "keras", "jax", "pandas", "numpy", "scipy", "sklearn"}
    assert "synthgan" in loaded
    assert not loaded & heavy


def test_evaluation_and_what_is_below_the_networks_never_import_keras() -> None:
    code = """
import importlib, json, pkgutil, sys, synthgan
units = "conditions encoders evaluation persistence reporting schema statistics"
for unit in units.split():
    package = importlib.import_module(f"synthgan.{unit}")
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
from synthgan import GANSynthesizer, load
print(json.dumps(sorted(sys.modules)))
"""
    loaded = set(json.loads(run_python(code)))
    assert "synthgan.evaluation.scores" in loaded
    assert not loaded & {"keras", "tensorflow", "jax"}


def test_every_public_name_can_be_imported() -> None:
    assert set(synthgan.__all__) == set(synthgan._MODULES)
    assert set(synthgan.__all__) <= set(dir(synthgan))
    for name in synthgan.__all__:
        value = getattr(synthgan, name)
        assert name.isupper() or value.__name__ == name
        assert getattr(synthgan, name).__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'synthgan' has no attribute 'Gan'"):
        synthgan.Gan  # noqa: B018
