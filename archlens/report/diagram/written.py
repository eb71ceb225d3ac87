"""A diagram in any of its forms."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TypeAlias

from archlens.errors import UsageError
from archlens.report.diagram.model import Diagram
from archlens.report.picture.svg import AUTO

__all__ = ["FORMS", "TOO_MANY", "Form", "diagram_bytes"]

Form: TypeAlias = "Callable[[Diagram, str, str, str], bytes]"  # diagram, theme, color, direction

TOO_MANY = 600
"""Boxes beyond which nobody sees anything, and Graphviz takes minutes."""


def diagram_bytes(diagram: Diagram, form: str, theme: str = AUTO, color: str = "family", direction: str = "down") -> bytes:
    """The diagram as `svg`, `png`, `pdf`, `dot`, `mmd` (Mermaid), `txt` (a tree) or `json`.

    theme: `auto`, `light`, `dark` or `paper`. color: as `colours.colouring` takes it. direction: `down` or `right`. What a form
    has no use for is left aside. Raises UsageError for colours there are none of and for a picture of more boxes than anyone
    can read; NoGraphvizError where Graphviz is wanted and is not there.
    """
    return FORMS[form](diagram, theme, color, direction)


def _svg(diagram: Diagram, theme: str, color: str, direction: str) -> bytes:
    from archlens.report.diagram.draw import diagram_scene
    from archlens.report.picture.svg import svg

    _bound(diagram)
    return svg(diagram_scene(diagram, color, direction), theme).encode()


def _raster(form: str) -> Form:
    def drawn(diagram: Diagram, theme: str, color: str, direction: str) -> bytes:
        from archlens.report.diagram.draw import diagram_scene
        from archlens.report.picture.raster import raster

        _bound(diagram)
        return raster(diagram_scene(diagram, color, direction), form, theme)

    return drawn


def _dot(diagram: Diagram, theme: str, color: str, direction: str) -> bytes:
    from archlens.report.diagram.dot import dot_file

    return dot_file(diagram, direction, theme).encode()


def _mermaid(diagram: Diagram, theme: str, color: str, direction: str) -> bytes:
    from archlens.report.diagram.mermaid import mermaid

    return f"{mermaid(diagram)}\n".encode()


def _tree(diagram: Diagram, theme: str, color: str, direction: str) -> bytes:
    from archlens.report.diagram.tree import tree_text

    return f"{tree_text(diagram)}\n".encode()


def _json(diagram: Diagram, theme: str, color: str, direction: str) -> bytes:
    said = diagram._asdict()
    said |= {name: [one._asdict() for one in said[name]] for name in ("boxes", "edges", "clusters")}
    return f"{json.dumps({'schema': 1, **said}, indent=2)}\n".encode()


FORMS: Mapping[str, Form] = {
    "svg": _svg,
    "png": _raster("png"),
    "pdf": _raster("pdf"),
    "dot": _dot,
    "mmd": _mermaid,
    "txt": _tree,
    "json": _json,
}
"""By the suffix of the file."""


def _bound(diagram: Diagram) -> None:
    if len(diagram.boxes) > TOO_MANY:
        coarser = {"layer": "--level block", "block": "--level stage"}.get(diagram.level, "--fold GLOB")
        raise UsageError(
            f"the diagram would have {len(diagram.boxes):,} boxes, and nobody reads more than {TOO_MANY}: add {coarser}, "
            "or write it as .txt, .mmd, .dot or .json"
        )
