"""Charts of one network: where its parameters, work and memory go, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archlens.analysis.facts import Analysis, LayerFacts
from archlens.report.numbers import bytes_text, counted, grouped, percent, short
from archlens.report.picture.charts import Axis, Bar, bar_chart, compact
from archlens.report.picture.scene import Group, Scene
from archlens.report.picture.svg import inline_svg
from archlens.report.picture.themes import family_role
from archlens.report.site.markup import element, html_text, unbroken

__all__ = ["figure", "network_charts"]

_WIDE, _HIGH = 640.0, 320.0
_FEW = 20
"""Layers that have a line and a name each; of two charts side by side, both or neither."""

_NAMED = 3  # layers that the words under a chart name
_PLURAL = {"params": "Parameters", "macs": "MACs", "activations": "Activations"}


def network_charts(analysis: Analysis) -> str:
    """All charts, as figures, two and two side by side."""
    weighed = max([sum([1 for layer in analysis.layers if getattr(layer, name)]) for name in ("params", "macs")])
    few = {"params": _few(weighed), "macs": _few(weighed), "activations": _few(len(analysis.layers))}
    shown = [*[_by_layer(analysis, name, few[name]) for name in _PLURAL], _memory(analysis, few["activations"])]
    return element("div", "".join([figure(*one) for one in shown if one]), 'class="charts"')


def _few(bars: int) -> int:
    """Up to how many bars a chart has a line for each, where that or the one beside it has so many."""
    return _FEW if bars <= _FEW else 0


def figure(scene: Scene, words: str, column: str = "") -> str:
    """A chart and what it says in words. column: the one that its bars show, whose words a script makes their tooltips of."""
    marked = f' data-column="{column}"' if column else ""
    return f"<figure{marked}>{inline_svg(scene, 'chart')}<figcaption>{unbroken(html_text(words))}</figcaption></figure>"


def _plain(scene: Scene) -> Scene:
    """Without what a script finds by the numbers of layers: hundreds of bars each say little more than that."""
    return scene._replace(items=tuple([_unsaid(item) if isinstance(item, Group) else item for item in scene.items]))


def _unsaid(group: Group) -> Group:
    return group._replace(name="", tooltip="") if group.data else group


def _by_layer(analysis: Analysis, name: str, few: int) -> tuple[Scene, str, str] | None:
    """A bar for each layer that has any; nothing where none has."""
    whole: int = getattr(analysis.totals, name)
    rows = [(number, layer, getattr(layer, name)) for number, layer in enumerate(analysis.layers) if getattr(layer, name)]
    if not rows:
        return None
    bars = _bars(rows)
    scene = bar_chart(f"{_PLURAL[name]} by layer", bars, Axis(text=compact), few=few, width=_WIDE, height=_HIGH)
    most = sorted(rows, key=lambda row: -row[2])[:_NAMED]
    named = ", ".join([f"{layer.path} {short(value)} ({percent(value, whole)})" for _, layer, value in most])
    return _plain(scene), f"{counted(len(rows))} of {grouped(len(analysis.layers))} hold {short(whole)}; most: {named}", name


def _bars(
    rows: Sequence[tuple[int, LayerFacts, int]], role: Callable[[LayerFacts], str] = lambda layer: family_role(layer.family)
) -> list[Bar]:
    return [Bar(layer.path, value, role(layer), _stage(layer.path), "", {"layers": str(number)}) for number, layer, value in rows]


def _stage(path: str) -> str:
    scope, slash, _ = path.partition("/")
    return scope if slash else ""


def _memory(analysis: Analysis, few: int) -> tuple[Scene, str, str]:
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
        few=few,
        width=_WIDE,
        height=_HIGH,
    )
    when = f"while {peak.layer} runs" if peak.layer else "before the first layer runs"
    largest = ", ".join([f"{one.name} {bytes_text(one.bytes)}" for one in peak.alive[:_NAMED]])
    return _plain(scene), f"at most {bytes_text(peak.bytes)}, {when}; then alive: {largest}", "live_bytes"
