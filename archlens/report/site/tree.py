"""The blocks of a network as nested lists: what stands where no diagram can be drawn."""

from __future__ import annotations

from archlens.analysis.facts import Analysis, LayerFacts
from archlens.report.groups import Line, grouped_lines
from archlens.report.numbers import ranges, size_text
from archlens.report.operations import typed_operation
from archlens.report.site.markup import html_text

__all__ = ["tree"]


def tree(analysis: Analysis) -> str:
    """Every block and layer, the layers of each as `data-layers`."""
    lines = grouped_lines(analysis.layers)
    parts: list[str] = ['<ul class="tree">']
    depth, number = 0, 0
    for line in lines:
        while depth > line.depth:
            parts.append("</ul></li>")
            depth -= 1
        if line.heading:
            last = number + (1 if isinstance(line.row, LayerFacts) else line.row.layers)
            parts.append(f"<li>{_box(line, range(number, last))}<ul>")
            depth += 1
        else:
            parts.append(f"<li>{_box(line, range(number, number + 1))}</li>")
            number += 1
    parts += ["</ul></li>"] * depth
    return "".join([*parts, "</ul>"])


def _box(line: Line, layers: range) -> str:
    row = line.row
    if isinstance(row, LayerFacts):
        said = typed_operation(row.type, row.arguments, len(row.output_shapes[0]) - 2)
        said += f" → {', '.join(map(size_text, row.output_shapes))}"
    else:
        said = f"{row.layers} layers"
    return f'<span class="box" data-layers="{ranges(layers)}">{html_text(line.label)} <small>{html_text(said)}</small></span>'
