"""Small pieces, each said what it is: limits on size, and a docstring on everything public."""

from __future__ import annotations

import ast
import functools
import re

from tests.frame.source import PACKAGE, ROOT, package_files

LONGEST_FILE = 350
LONGEST_FUNCTION = 60
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX)\b")
FILES = package_files()
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@functools.cache
def trees() -> dict[str, ast.Module]:
    """Every module of the package, read once."""
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items()}


def public(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """The functions and classes a module offers."""
    return [node for node in tree.body if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and not node.name.startswith("_")]


def test_files_and_functions_are_short() -> None:
    long = [f"{name} has {lines} lines" for name, path in FILES.items() if (lines := path.read_text().count("\n")) > LONGEST_FILE]
    long += [
        f"{name}:{node.lineno} {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, FUNCTIONS) and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_everything_public_says_what_it_is() -> None:
    silent = [f"{name} has no docstring" for name, tree in trees().items() if not ast.get_docstring(tree)]
    silent += [f"{name}: {node.name}" for name, tree in trees().items() for node in public(tree) if not ast.get_docstring(node)]
    assert silent == []


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
