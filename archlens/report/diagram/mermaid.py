"""Diagram → the text of a Mermaid flowchart, which code hosts draw in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archlens.errors import printable
from archlens.report.diagram.frames import frame_number, inside
from archlens.report.diagram.model import Box, Diagram
from archlens.report.diagram.words import parameters
from archlens.report.numbers import short, size_text
from archlens.report.picture.themes import FAMILIES, THEMES, family_role

__all__ = ["mermaid"]

_SAFE = re.compile(r"[A-Za-z0-9_ .,/=+()\[\]:-]")
_LISTS = re.compile(r"^(\d+)([.)])|^([-+])")  # what Markdown takes for an entry of a list
_SIGNS = {"input": ('(["', '"])'), "output": ('(["', '"])'), "join": ('("', '")'), "block": ('[["', '"]]')}


def mermaid(diagram: Diagram) -> str:
    """`flowchart TD`: a subgraph for every frame, dotted arrows for shortcuts, colours by family as in the light theme."""
    lines = ["flowchart TD", *_frame(diagram, inside(diagram), -1, "  ")]
    for edge in diagram.edges:
        told = edge.told and diagram.boxes[edge.tail].kind != "input"  # which says it in its box
        label = f'|"{_text(size_text(edge.shape))}"|' if told else ""
        lines.append(f"  b{edge.tail} {'-.->' if edge.skip else '-->'}{label} b{edge.head}")
    return "\n".join([*lines, *_classes(diagram)])


def _frame(diagram: Diagram, within: dict[int, list[int]], cluster: int, indent: str) -> Iterator[str]:
    for item in within[cluster]:
        if item >= 0:
            box = diagram.boxes[item]
            opening, closing = _SIGNS.get(box.kind, ('["', '"]'))
            yield f"{indent}b{item}{opening}{'<br/>'.join(map(_text, _lines(box)))}{closing}"
        else:
            number = frame_number(item)
            frame = diagram.clusters[number]
            yield f'{indent}subgraph c{number}["{_text(_counted(frame.label, frame.times)) or " "}"]'
            yield from _frame(diagram, within, number, indent + "  ")
            yield f"{indent}end"


def _lines(box: Box) -> list[str]:
    """What stands in a box, line by line."""
    if box.kind in ("input", "output"):
        return [box.title, size_text(box.shape)]
    work = f"{short(box.macs)} MACs" if box.macs else ""
    frozen = "frozen" if box.frozen else ""
    return [line for line in (_counted(box.title, box.times), " · ".join(box.folded), parameters(box), work, frozen) if line]


def _counted(text: str, times: int) -> str:
    return f"{text} ×{times}".strip() if times > 1 else text


def _classes(diagram: Diagram) -> Iterator[str]:
    theme = THEMES["light"]
    members: dict[str, list[str]] = {}
    for number, box in enumerate(diagram.boxes):
        if box.kind not in ("input", "output"):
            members.setdefault(family_role(box.family), []).append(f"b{number}")
    for family in FAMILIES:
        if family in members:
            yield f"  classDef {family} fill:{theme[family]},stroke:{theme[f'{family}.edge']},color:{theme['ink']}"
            yield f"  class {','.join(members[family])} {family}"
    if diagram.clusters:
        yield f"  classDef frame fill:{theme['panel']},stroke:{theme['rule']},color:{theme['ink']}"
        yield f"  class {','.join([f'c{number}' for number in range(len(diagram.clusters))])} frame"


def _text(text: str) -> str:
    """Text between quotes: what could end it, be markup or begin a list is written by its number."""
    safe = "".join([c if ord(c) > 127 or _SAFE.match(c) else _code(c) for c in printable(text).strip()])
    return _LISTS.sub(lambda found: (found[1] or "") + _code(found[2] or found[3]), safe)


def _code(sign: str) -> str:
    return f"#{ord(sign)};"
