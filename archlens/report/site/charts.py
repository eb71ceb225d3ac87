"""Charts of one network: where its parameters, work and memory go, layer by layer, and how its receptive field grows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from archlens.analysis.facts import Analysis, LayerFacts
from archlens.analysis.trails import Reach
from archlens.graph.model import Graph
from archlens.report.numbers import bytes_text, each, grouped, percent, short
from archlens.report.picture.charts import Axis, Bar, Level, Series, bar_chart, compact, line_chart
from archlens.report.picture.scene import Group, Scene
from archlens.report.picture.svg import inline_svg
from archlens.report.picture.themes import family_role
from archlens.report.site.markup import element, html_text

__all__ = ["figure", "network_charts"]

_WIDE, _HIGH = 640.0, 270.0
_NAMED = 3  # layers that the words under a chart name
_PLURAL = {"params": "Parameters", "macs": "MACs", "activations": "Activations"}


def network_charts(graph: Graph, analysis: Analysis, way: Reach | None) -> str:
    """All charts, as figures. way: how the network's receptive field came about."""
    shown = [*[_by_layer(analysis, name) for name in _PLURAL], _memory(analysis)]
    grown = figure(*_growth(graph, analysis, way)) if way and way.steps else ""
    return element("div", "".join([figure(*one) for one in shown if one]) + grown, 'class="charts"')


def figure(scene: Scene, words: str, column: str = "") -> str:
    """A chart and what it says in words. column: the one that its bars show, whose words a script makes their tooltips of."""
    marked = f' data-column="{column}"' if column else ""
    return f"<figure{marked}>{inline_svg(scene, 'chart')}<figcaption>{html_text(words)}</figcaption></figure>"


def _plain(scene: Scene) -> Scene:
    """Without what a script finds by the numbers of layers: hundreds of bars each say little more than that."""
    return scene._replace(items=tuple([_unsaid(item) if isinstance(item, Group) else item for item in scene.items]))


def _unsaid(group: Group) -> Group:
    return group._replace(name="", tooltip="") if group.data else group


def _by_layer(analysis: Analysis, name: str) -> tuple[Scene, str, str] | None:
    """A bar for each layer that has any; nothing where none has."""
    whole: int = getattr(analysis.totals, name)
    rows = [(number, layer, getattr(layer, name)) for number, layer in enumerate(analysis.layers) if getattr(layer, name)]
    if not rows:
        return None
    bars = _bars(rows)
    scene = bar_chart(f"{_PLURAL[name]} by layer", bars, Axis(text=compact), width=_WIDE, height=_HIGH)
    most = sorted(rows, key=lambda row: -row[2])[:_NAMED]
    named = ", ".join([f"{layer.path} {short(value)} ({percent(value, whole)})" for _, layer, value in most])
    return _plain(scene), f"{_count(len(rows))} of {grouped(len(analysis.layers))} hold {short(whole)}; most: {named}", name


def _count(layers: int) -> str:
    return f"{grouped(layers)} layer{'' if layers == 1 else 's'}"


def _bars(
    rows: Sequence[tuple[int, LayerFacts, int]], role: Callable[[LayerFacts], str] = lambda layer: family_role(layer.family)
) -> list[Bar]:
    return [Bar(layer.path, value, role(layer), _stage(layer.path), "", {"layers": str(number)}) for number, layer, value in rows]


def _stage(path: str) -> str:
    scope, slash, _ = path.partition("/")
    return scope if slash else ""


def _memory(analysis: Analysis) -> tuple[Scene, str, str]:
    """Bytes alive while each layer runs, the peak in a colour of its own."""
    peak = analysis.peak
    bars = _bars(
        [(number, layer, layer.live_bytes) for number, layer in enumerate(analysis.layers)],
        lambda layer: "series1" if layer.path == peak.layer else "series0",
    )
    key = {"series0": "alive while a layer runs", "series1": "the peak"}
    scene = bar_chart(
        "Memory of activations over time",
        bars,
        Axis(text=lambda value: compact(value, "B")),
        key=key,
        few=0,
        width=_WIDE,
        height=_HIGH,
    )
    when = f"while {peak.layer} runs" if peak.layer else "before the first layer runs"
    largest = ", ".join([f"{one.name} {bytes_text(one.bytes)}" for one in peak.alive[:_NAMED]])
    return _plain(scene), f"at most {bytes_text(peak.bytes)}, {when}; then alive: {largest}", "live_bytes"


def _growth(graph: Graph, analysis: Analysis, way: Reach) -> tuple[Scene, str]:
    """The receptive field after each layer that moves a window, on the way that sees the most."""
    points = list(_points(graph, way))
    sizes = graph.shapes[graph.inputs[way.input]][2:]
    series = Series(
        "receptive field",
        tuple([(x, y) for x, y, _, _ in points]),
        tuple([tip for _, _, tip, _ in points]),
        tuple([{"layers": str(node)} if node >= 0 else {} for _, _, _, node in points]),
        step=True,
        dashed=False,
    )
    level = Level(max(sizes), f"the input, {each(sizes)}")
    scene = line_chart(
        "Growth of the receptive field",
        [series],
        Axis("layers that move a window, in order", whole=True),
        Axis(whole=True),
        levels=[level],
        width=_WIDE,
        height=_HIGH + 20,
    )
    field = analysis.totals.receptive_field or ()
    along = "; drawn along the axis where it is larger" if len(set(field)) > 1 else ""
    return scene, f"{each(field)} in the end, after {_steps(len(points) - 1)}{along}"


def _steps(count: int) -> str:
    return f"{count} step{'' if count == 1 else 's'}"


def _points(graph: Graph, way: Reach) -> Iterator[tuple[float, float, str, int]]:
    """Number of the step, field, words, number of the layer; first the input itself."""
    yield 0, 1, f"{way.input}: 1", -1
    for place, step in enumerate(way.steps, 1):
        size = max(step.after.size)
        yield place, size, f"{graph.nodes[step.node].path}: {grouped(size)}", step.node
