"""The files a network was read from, line by line, and which lines each layer comes from."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from archlens.analysis.facts import Analysis
from archlens.errors import Source, Span
from archlens.graph.model import Graph
from archlens.report.site.markup import element, html_text
from archlens.spec.model import Spec

__all__ = ["Sources", "file_name", "source_data", "sources"]

_KEY = re.compile(r"""("(?:[^"\\]|\\.)*"|'[^']*')|([A-Za-z_$][\w$.]*(?:\([^)]*\))?:)(?=\s|$)|((?<!\S)\#.*)""")
"""A text in quotes, a key, or a comment."""


class Sources(NamedTuple):
    """html: the files. trails: the distinct ways by which a line becomes layers, as file and line by turns: where the layer
    stands, then where the block around it is called, and so on outwards. of: for each layer the number of its trail, -1 for
    none."""

    html: str
    trails: list[list[int]]
    of: list[int]


def sources(spec: Spec, graph: Graph, analysis: Analysis) -> Sources:
    """Of one network; the file that was asked for comes first, then those it extends."""
    files: dict[str, int] = {spec.source.name: 0}
    kept: list[Source] = [spec.source]

    def place(span: Span) -> tuple[int, int]:
        if span.source.name not in files:
            files[span.source.name] = len(kept)
            kept.append(span.source)
        return files[span.source.name], span.line

    trails: dict[tuple[int, ...], int] = {}
    of = []
    for layer in analysis.layers:
        way = [number for span in _spans(graph, layer.path, layer.span) for number in place(span)]
        of.append(trails.setdefault(tuple(way), len(trails)) if way else -1)
    return Sources("".join([_file(number, one) for number, one in enumerate(kept)]), [list(way) for way in trails], of)


def _spans(graph: Graph, path: str, own: Span | None) -> Iterator[Span]:
    """Where a layer stands, and every call on the way to it, innermost first."""
    if own is not None:
        yield own
    while "/" in path:
        path = path.rpartition("/")[0]
        call = graph.calls.get(path)
        if call is not None:
            yield call.span


def file_name(name: str) -> str:
    """What a file is called on a page that may travel: without the folders of the machine it was made on."""
    return os.path.basename(name)


def _file(number: int, source: Source) -> str:
    lines = source.text.rstrip("\n").split("\n")
    items = "".join([f'<li id="s{number}-{at}">{_coloured(line)}</li>' for at, line in enumerate(lines, 1)])
    return f'<h3 id="s{number}">{html_text(file_name(source.name))}</h3><ol class="code" aria-labelledby="s{number}">{items}</ol>'


def _coloured(line: str) -> str:
    """A line with its keys and its comment marked."""
    parts: list[str] = []
    last = 0
    for found in _KEY.finditer(line):
        text, key, comment = found.groups()
        parts.append(html_text(line[last : found.start()]))
        parts.append(html_text(text) if text else element("b", html_text(key)) if key else element("i", html_text(comment)))
        last = found.end()
    return "".join([*parts, html_text(line[last:])])


def source_data(found: Sources) -> dict[str, Any]:
    """What a script needs of it."""
    return {"trails": found.trails, "trail": found.of}
