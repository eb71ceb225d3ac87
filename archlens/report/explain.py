"""Where a number comes from: a network, some of its layers, or layer types, explained as text, Markdown or JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from archlens.analysis.facts import Analysis
from archlens.analysis.receptive_field import tensor_fields
from archlens.analysis.storage import storage
from archlens.analysis.trails import reach
from archlens.graph.find import find_layers
from archlens.graph.model import Graph
from archlens.layers import layer_types
from archlens.layers.base import Layer
from archlens.layers.foreign import LAYERS
from archlens.report.grid import Paint, plain
from archlens.report.pages import Block, page_markdown, page_text

__all__ = ["FORMATS", "explain_network", "explain_types", "type_called"]

FORMATS = ("text", "markdown", "json")
SCHEMA = 1


def explain_network(
    graph: Graph, analysis: Analysis, patterns: Sequence[str] = (), form: str = "text", width: int = 80, paint: Paint = plain
) -> str:
    """The totals of a network, or with `patterns` the layers and blocks that they name; UsageError for one that names none."""
    from archlens.report.explain_layer import explained, layer_blocks, layer_json
    from archlens.report.explain_total import network_blocks, network_json, scope_blocks, scope_json

    fields = tensor_fields(graph)
    pages: list[list[Block]] = []
    objects: list[dict[str, Any]] = []
    homes = storage(graph).home if patterns else []
    for name in _chosen(graph, patterns):
        if isinstance(name, int):
            one = explained(graph, analysis, name, reach(graph, name, fields), homes)
            if form == "json":
                objects.append(layer_json(one))
            else:
                pages.append(layer_blocks(one, analysis.title))
        else:
            inside = [layer for layer in analysis.layers if layer.path.startswith(f"{name}/")]
            if form == "json":
                objects.append(scope_json(inside, name))
            else:
                pages.append(scope_blocks(inside, name, analysis.title))
    if form == "json":
        about: dict[str, Any] = {"explains": "layers" if patterns else "network", "name": analysis.name, "spec": analysis.spec}
        about["variant"] = analysis.variant
        if patterns:
            return _json({**about, "layers": objects})
    number = None if patterns else analysis.trunk
    way = None if number is None else reach(graph, number, fields)
    if form == "json":
        return _json({**about, **network_json(graph, analysis, way)})
    return _rendered(pages if patterns else [network_blocks(graph, analysis, way)], form, width, paint)


def explain_types(types: Iterable[type[Layer]], form: str = "text", width: int = 80, paint: Paint = plain) -> str:
    """What layer types do, take and cost."""
    from archlens.report.explain_type import type_blocks, type_json

    if form == "json":
        return _json({"explains": "types", "types": [type_json(one) for one in types]})
    return _rendered([type_blocks(one) for one in types], form, width, paint)


def _rendered(pages: Sequence[Sequence[Block]], form: str, width: int, paint: Paint) -> str:
    if form == "markdown":
        return "\n\n".join([page_markdown(page) for page in pages])
    return "\n\n\n".join([page_text(page, width, paint) for page in pages])


def _json(found: dict[str, Any]) -> str:
    import json

    return json.dumps({"schema": SCHEMA, **found}, indent=2)


# ---- what a name means ----


def _chosen(graph: Graph, patterns: Sequence[str]) -> list[int | str]:
    """What the patterns name, in their order: numbers of layers, and paths of blocks. Each once."""
    chosen: dict[int | str, None] = {}
    for pattern in patterns:
        found = find_layers(graph, pattern)
        chosen.update(dict.fromkeys(found.layers if found.block is None else [found.block]))
    return list(chosen)


def type_called(name: str) -> tuple[type[Layer], bool] | None:
    """The layer type of a name, ours or another framework's (`Conv2d`, `nn.ReLU`, `Dense`), and whether it is ours."""
    types = layer_types()
    if name in types:
        return types[name], True
    last = name.rpartition(".")[2].lower()
    if name.lower().endswith((".yaml", ".yml")) or "/" in name:
        return None
    found = LAYERS.get(last) or (last if last in types else None) or _torch_tails().get(last)
    return (types[found], False) if found else None


def _torch_tails() -> dict[str, str]:
    """Types by the last part of their torch name, lowercased: `adaptiveavgpool2d`; the first of several counts."""
    found: dict[str, str] = {}
    for name, layer in layer_types().items():
        for rank in (1, 2, 3):
            found.setdefault(layer.torch_name.format(rank=rank).rpartition(".")[2].lower(), name)
    return found
