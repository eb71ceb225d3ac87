"""A network as a diagram in any of its forms."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from archlens.errors import UsageError, did_you_mean
from archlens.report.diagram.colours import COLOURINGS
from archlens.report.diagram.dot import DIRECTIONS
from archlens.report.diagram.model import Diagram
from archlens.report.picture.forms import SCENE_FORMS, written
from archlens.report.picture.themes import AUTO, THEMES

__all__ = ["DIAGRAM_FORMS", "MOST_BOXES", "Look", "drawn"]

MOST_BOXES = 400
"""In a picture: beyond, nobody sees anything, and Graphviz takes minutes."""


class Look(NamedTuple):
    """theme: `auto`, which an SVG follows its reader by, `light`, `dark` or `paper`. color: what colours say, a name of
    `COLOURINGS`. direction: `down` or `right`. columns: how many side by side at most (rows, to the right); by default what comes
    nearest to a slide."""

    theme: str = AUTO
    color: str = "family"
    direction: str = "down"
    columns: int | None = None


Form: TypeAlias = "Callable[[Diagram, Look], str | bytes]"


def drawn(diagram: Diagram, form: str, look: Look) -> str | bytes:
    """The diagram as `svg`, `png`, `pdf`, `dot`, `mmd` (Mermaid), `txt` (a tree) or `json`.

    What a form has no use for, of its look, is left aside.
    Raises UsageError for a form or look there is none of, and for a picture of more boxes than anyone can read;
    NoGraphvizError where Graphviz is wanted and is not there.
    """
    _known("form of a diagram", form, DIAGRAM_FORMS)
    _known("theme", look.theme, (AUTO, *THEMES))
    _known("colouring", look.color, COLOURINGS)
    _known("direction", look.direction, DIRECTIONS)
    return DIAGRAM_FORMS[form](diagram, look)


def _known(kind: str, name: str, names: Iterable[str]) -> None:
    if name not in names:
        raise UsageError(f"no {kind} is called `{name}`; {did_you_mean(name, names)}")


def _picture(form: str) -> Form:
    def made(diagram: Diagram, look: Look) -> str | bytes:
        from archlens.report.diagram.draw import diagram_scene

        return written(diagram_scene(_bounded(diagram), look.color, look.direction, look.columns), form, look.theme)

    return made


def _dot(diagram: Diagram, look: Look) -> str:
    from archlens.report.diagram.dot import dot_file

    return dot_file(diagram, look.direction, look.theme)


def _mermaid(diagram: Diagram, look: Look) -> str:
    from archlens.report.diagram.mermaid import mermaid

    return f"{mermaid(diagram)}\n"


def _tree(diagram: Diagram, look: Look) -> str:
    from archlens.report.diagram.tree import tree_text

    return f"{tree_text(diagram)}\n"


def _json(diagram: Diagram, look: Look) -> str:
    said = {"schema": 1, "made_by": "archlens diagram", **diagram._asdict()}
    said |= {name: [one._asdict() for one in said[name]] for name in ("boxes", "edges", "clusters")}
    return f"{json.dumps(said, indent=2)}\n"


DIAGRAM_FORMS: Mapping[str, Form] = {
    **{form: _picture(form) for form in SCENE_FORMS},
    "dot": _dot,
    "mmd": _mermaid,
    "txt": _tree,
    "json": _json,
}
"""By the ending of the file."""


def _bounded(diagram: Diagram) -> Diagram:
    count = len(diagram.boxes)
    if count > MOST_BOXES:
        coarser = {"layer": "add --level block", "block": "add --level stage"}.get(diagram.level, "close some with --fold GLOB")
        raise UsageError(
            f"a picture of {count:,} boxes cannot be read ({MOST_BOXES} can): {coarser}, or write .txt, .mmd, .dot or .json"
        )
    return diagram
