"""`import archlens` and every static command stay light: what each one loads, proved in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.frame.source import ROOT

HEAVY = {"dask", "fvcore", "graphviz", "networkx", "numpy", "ptflops", "pygraphviz", "sympy", "thop", "torch", "torchvision"}
TABULATED = {
    "specs",
    "analyze table",
    "analyze markdown",
    "compare markdown",
    "diff markdown",
    "explain markdown",
    "memory markdown",
    "receptive-field markdown",
}  # what tabulate lays out
DRAWN = {"report"}  # what Graphviz lays out, where it is installed
STATIC = {
    "--help": ["--help"],
    "analyze --help": ["analyze", "--help"],
    "check": ["check", "vgg16"],
    "check json": ["check", "vgg:all", "--format", "json"],
    "config": ["config"],
    "expand": ["expand", "vgg16"],
    "field": ["field", "vgg16"],
    "diagram": ["diagram", "vgg16"],
    **{f"receptive-field {form}": ["rf", "vgg16", "--format", form] for form in ("table", "markdown", "csv", "json")},
    "receptive-field of several": ["receptive-field", "vgg16", "lenet5"],
    "explain conv": ["explain", "conv"],
    **{f"explain {form}": ["explain", "resnet50", "--format", form] for form in ("text", "markdown", "json")},
    "lab": ["lab"],
    "concepts": ["concepts", "all"],
    "rule": ["rule"],
    "rule --format": ["rule", "all", "--format", "json"],
    "schema": ["schema"],
    "specs": ["specs"],
    **{
        f"analyze {form}": ["analyze", "vgg16", "--format", form]
        for form in ("table", "markdown", "csv", "json", "latex", "html")
    },
    "analyze --policy": ["analyze", "vgg16", "--policy", "fvcore", "--format", "json"],
    "analyze --level": ["analyze", "vgg16", "--level", "stage", "--sort", "macs", "--top", "3"],
    **{
        f"compare {form}": ["compare", "vgg16", "lenet5", "--format", form]
        for form in ("table", "markdown", "csv", "json", "latex", "html")
    },
    **{f"diff {form}": ["diff", "vgg16", "vgg19", "--format", form] for form in ("text", "markdown", "json", "html")},
    "report": ["report", "vgg16", "-o", "-"],
    "report of several": ["report", "vgg16", "lenet5", "-o", "-"],
    **{f"memory {form}": ["memory", "vgg16", "--format", form] for form in ("table", "markdown", "json")},
}

# Runs argv[1:] as `archlens` would, then names every top-level module the process has loaded.
COMMAND = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})), file=sys.stderr))
from archlens.cli import main
main()
"""


def loaded(program: str, *arguments: str) -> set[str]:
    """The top-level modules a Python process has loaded when it ends; its last line on stderr lists them."""
    done = subprocess.run([sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


def test_import_archlens_is_light() -> None:
    program = "import archlens, json, sys; print(json.dumps([name.split('.')[0] for name in sys.modules]), file=sys.stderr)"
    assert not loaded(program) & (HEAVY | {"tabulate"})


@pytest.mark.parametrize("name", [name for name in STATIC if name in TABULATED | DRAWN])
def test_commands_load_what_they_lay_out_with(name: str) -> None:
    heavy = loaded(COMMAND, *STATIC[name]) & (HEAVY | {"tabulate"})
    assert heavy <= ({"tabulate"} if name in TABULATED else {"graphviz", "pygraphviz"})


def test_static_commands_are_light() -> None:
    light = {name: arguments for name, arguments in STATIC.items() if name not in TABULATED | DRAWN}
    assert first_to_load(HEAVY | {"tabulate"}, light) is None


def first_to_load(packages: set[str], commands: dict[str, list[str]], before: str = "") -> str | None:
    """The first of the commands, run one after the other in a process of their own, after which one of the packages is loaded."""
    program = f"""{before}
import contextlib, io, json, sys
from archlens.cli import _group
for name, arguments in json.loads(sys.argv[1]).items():
    with contextlib.redirect_stdout(io.StringIO()):
        _group.main(arguments, prog_name="archlens", standalone_mode=False)
    found = [package for package in json.loads(sys.argv[2]) if package in sys.modules]
    if found:
        sys.exit(f"{{name}} loads {{found}}")
"""
    given = [json.dumps(commands), json.dumps(sorted(packages))]
    done = subprocess.run([sys.executable, "-c", program, *given], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else None


@pytest.mark.parametrize("package", ["numpy", "networkx"])
def test_the_proof_can_fail(package: str) -> None:
    assert package in loaded(f"import {package}\n{COMMAND}", "--help") & HEAVY
    assert first_to_load(HEAVY, {"help": ["specs", "--help"]}, f"import {package}") == f"help loads ['{package}']"
