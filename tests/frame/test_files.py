"""Small pieces, each said what it is: limits on size, and a docstring on everything public."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.frame.source import PACKAGE, ROOT, package_files

LONGEST_FILE = 350
LONGEST_FUNCTION = 60
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX)\b")
FILES = [pytest.param(path, id=name) for name, path in package_files().items()]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def public(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """The functions and classes a module offers."""
    return [node for node in tree.body if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and not node.name.startswith("_")]


@pytest.mark.parametrize("path", FILES)
def test_files_and_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    long = [
        f"{path.name}:{node.lineno} {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, FUNCTIONS) and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []
    lines = text.count("\n")
    assert lines <= LONGEST_FILE


@pytest.mark.parametrize("path", FILES)
def test_everything_public_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "the module has no docstring"
    assert [node.name for node in public(tree) if not ast.get_docstring(node)] == []


def test_nothing_is_left_unfinished() -> None:
    folders = (PACKAGE, ROOT / "specs", ROOT / "benchmarks", ROOT / "docs", ROOT / "scripts")
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix != ".pyc" and path.is_file()]
    marks = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert marks == []
