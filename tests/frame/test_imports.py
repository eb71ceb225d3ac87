"""Imports point one way, heavy packages stay where they belong, and no two modules import each other."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

import pytest

from tests.frame.source import Import, imports, package_sources

# A folder may import itself and what stands to its left.
ORDER = (
    "records",
    "errors",
    "layers",
    "spec",
    "graph",
    "analysis",
    "rules",
    "report",
    "network",
    "testing",
    "gate",
    "chapter",
    "cli",
    "pytest_plugin",
)
# Beside the row: may use everything up to `analysis`; imported only inside functions of RUNNERS.
PYTORCH = "pytorch"
RUNNERS = ("network", "chapter", "cli")

# The one folder that may import a package, None for any; test_lightness.py sees to when.
HOME = {
    "click": "cli",
    "fvcore": PYTORCH,
    "graphviz": "report",
    "networkx": None,
    "numpy": None,
    "pygraphviz": "report",
    "pytest": "pytest_plugin",
    "sympy": None,
    "tabulate": "report",
    "torch": PYTORCH,
    "yaml": "spec",
}


def violations(sources: Mapping[str, str]) -> Iterator[str]:
    """What the imports of `sources` (dotted name → text) do against the rules, one line each."""
    found = imports(sources)
    for one in found:
        complaint = _own(one) if one.target.split(".")[0] == "archlens" else _foreign(one)
        if complaint:
            yield f"{one}: {complaint}"
    yield from _cycles(found)


def _folder(module: str) -> str:
    """`layers` for `archlens.layers.base`; empty for `archlens` itself and `archlens.__main__`."""
    return next((part for part in module.split(".")[1:2] if part != "__main__"), "")


def _own(one: Import) -> str:
    here, there = _folder(one.module), _folder(one.target)
    if here == there or here == "":
        return ""
    if there == "":
        return "" if here == "cli" else "the public face stands above every folder but `cli`"
    if there == PYTORCH:
        fine = here in RUNNERS and one.in_function
        return "" if fine else "pytorch is imported only inside functions of `network`, `chapter` and `cli`"
    unknown = [name for name in (here, there) if name not in (*ORDER, PYTORCH)]
    if unknown:
        return f"`{unknown[0]}` has no place in the order {' < '.join(ORDER)}"
    limit = ORDER.index("analysis" if here == PYTORCH else here)
    return "" if ORDER.index(there) <= limit else f"`{here}` stands below `{there}`: {' < '.join(ORDER)}"


def _foreign(one: Import) -> str:
    package = one.target.split(".")[0]
    if package in sys.stdlib_module_names:
        return ""
    if package not in HOME:
        return f"`{package}` is not a dependency"
    home = HOME[package]
    return f"`{package}` is imported only in archlens/{home}" if home and _folder(one.module) != home else ""


def _cycles(found: list[Import]) -> Iterator[str]:
    """Modules that import each other when they load; function-level imports come later and are fine."""
    edges: dict[str, list[Import]] = {}
    for one in found:
        if not one.in_function and one.target.startswith("archlens"):
            edges.setdefault(one.module, []).append(one)
    done: set[str] = set()

    def walk(module: str, trail: list[str]) -> Iterator[str]:
        if module in trail:
            yield "import cycle: " + " → ".join([*trail[trail.index(module) :], module])
            return
        if module in done:
            return
        for one in edges.get(module, ()):
            yield from walk(one.target, [*trail, module])
        done.add(module)

    for module in sorted(edges):
        yield from walk(module, [])


def test_imports_keep_the_rules() -> None:
    assert list(violations(package_sources())) == []


PLANTED = {
    "upwards": ({"archlens.layers.base": "from archlens.graph.model import Graph\n"}, "`layers` stands below `graph`"),
    "upwards in a function": (
        {"archlens.graph.build": "def f():\n    import archlens.report\n"},
        ":2 imports archlens.report: `graph`",
    ),
    "the face": ({"archlens.spec.read": "import archlens\n"}, "the public face stands above"),
    "relative": ({"archlens.layers.base": "", "archlens.layers": "from ..graph import x\n"}, "`layers` stands below `graph`"),
    "pytorch at load": (
        {"archlens.cli.verify": "from archlens.pytorch import verify\n"},
        "only inside functions of `network`, `chapter` and `cli`",
    ),
    "pytorch elsewhere": (
        {"archlens.report.page": "def f():\n    import archlens.pytorch\n"},
        "only inside functions of `network`, `chapter` and `cli`",
    ),
    "pytorch upwards": ({"archlens.pytorch.trace": "from archlens.report import table\n"}, "`pytorch` stands below `report`"),
    "a folder without a place": ({"archlens.layers.base": "from archlens.helpers import f\n"}, "`helpers` has no place"),
    "torch": ({"archlens.layers.conv": "def f():\n    import torch.nn\n"}, "`torch` is imported only in archlens/pytorch"),
    "yaml": ({"archlens.cli": "import yaml\n"}, "`yaml` is imported only in archlens/spec"),
    "click": ({"archlens.report.table": "from click import style\n"}, "`click` is imported only in archlens/cli"),
    "no dependency": ({"archlens.spec.read": "import requests\n"}, "`requests` is not a dependency"),
    "in a class body, in a try": (
        {"archlens.layers.conv": "class A:\n    try:\n        import torch\n    except ImportError: pass\n"},
        "conv:3 imports torch",
    ),
    "a cycle": (
        {"archlens.spec.a": "from archlens.spec import b\n", "archlens.spec.b": "from archlens.spec.a import x\n"},
        "import cycle: archlens.spec.a → archlens.spec.b → archlens.spec.a",
    ),
}


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_violation_is_found(case: str) -> None:
    sources, expected = PLANTED[case]
    found = list(violations(sources))
    assert len(found) == 1
    assert expected in found[0]


def test_what_is_allowed_is_let_through() -> None:
    sources = {
        "archlens": "def __getattr__(name):\n    from archlens.analysis import analyze\n",
        "archlens.__main__": "from archlens.cli import main\n",
        "archlens.cli": "import click\nimport archlens\ndef f():\n    import archlens.pytorch\n",
        "archlens.pytorch.verify": "import torch\nfrom archlens.analysis.facts import Analysis\n",
        "archlens.graph.model": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import archlens.cli\n",
        "archlens.graph.face": "def f():\n    import networkx\n",
        "archlens.spec.a": "from archlens.spec import b\n",
        "archlens.spec.b": "def f():\n    from archlens.spec.a import x\n",
    }
    assert list(violations(sources)) == []
