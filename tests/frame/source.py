"""The package as text: what the guards of this folder read."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "archlens"


def package_files() -> dict[str, Path]:
    """Every module of archlens by its dotted name; a package stands for its `__init__.py`."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


def package_sources() -> dict[str, str]:
    """The text of every module of archlens by its dotted name."""
    return {name: path.read_text(encoding="utf-8") for name, path in package_files().items()}


class Import(NamedTuple):
    """One imported module, as a line of `module` asks for it."""

    module: str
    line: int
    target: str
    in_function: bool

    def __str__(self) -> str:
        where = self.module.replace(".", "/")
        return f"{where}:{self.line} imports {self.target}"


def imports(sources: Mapping[str, str]) -> list[Import]:
    """Every import in `sources`; those under `if TYPE_CHECKING:` are left out, they never run."""
    packages = {module.rpartition(".")[0] for module in sources}
    return [found for module in sources for found in _imports_of(module, sources, module in packages)]


def _imports_of(module: str, sources: Mapping[str, str], is_package: bool) -> Iterator[Import]:
    parts = module.split(".")

    def visit(node: ast.AST, in_function: bool) -> Iterator[Import]:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield Import(module, node.lineno, alias.name, in_function)
            case ast.ImportFrom(module=base, names=names, level=level):
                above = parts[: len(parts) + is_package - level] if level else []
                origin = ".".join([*above, *([base] if base else [])])
                for alias in names:
                    inner = f"{origin}.{alias.name}"  # `from archlens import layers` asks for a module
                    yield Import(module, node.lineno, inner if inner in sources else origin, in_function)
            case ast.If(test=test, orelse=orelse) if "TYPE_CHECKING" in ast.dump(test):
                for child in orelse:
                    yield from visit(child, in_function)
            case _:
                inside = in_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
                for child in ast.iter_child_nodes(node):
                    yield from visit(child, inside)

    yield from visit(ast.parse(sources[module]), in_function=False)
