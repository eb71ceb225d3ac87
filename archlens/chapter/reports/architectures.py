"""reports/architectures.md: every shipped network in tables, by task and by question."""

from __future__ import annotations

from archlens.analysis.facts import Analysis
from archlens.chapter.reports.shelf import families, link, variants
from archlens.report.comparison import PRESETS, compared, preset_named
from archlens.report.markdown import escaped, pipe_table
from archlens.report.numbers import each, grouped, size_text

__all__ = ["page"]

_HEAD = """# Architectures

Every network that comes with archlens, held to published figures to the unit by its own `expect:`. MACs are
multiply–accumulates of convolutions and matrix products for one sample; depth is the weight layers on the longest
path; RF is the receptive field of the last map, in input pixels; top-1 is published accuracy in percent, its source
on the network's page. Names lead to the pages.
"""

_PRESETS_HEAD = """## Side by side

The tables that `archlens compare --preset NAME` prints; any figure can be a column, any condition a filter.
"""

_TASKS = {
    "Classification": (),
    "Detection: boxes and classes": ("yolov1", "yolov3", "ssd300", "faster_rcnn_vgg16"),
    "Segmentation: a class for every pixel": ("unet", "fcn32s", "fcn16s", "fcn8s", "deeplabv3_resnet50"),
    "Video": ("c3d", "r3d_18"),
    "Sound": ("m5",),
    "Without convolutions, to compare with": ("mlp", "fc_200"),
}
"""What networks are for, in the order of the page; what is named nowhere is for classification."""


def page() -> str:
    """By task, oldest first; then the presets."""
    homes = families()
    told = [name for name, home in homes.items() if home != name or _alone(name)]
    named = {name for names in _TASKS.values() for name in names}
    lines = [_HEAD]
    for title, names in _TASKS.items():
        rows = [(name, variants(name)[0]) for name in names or sorted({*told} - named)]
        rows.sort(key=lambda row: row[1].meta.get("year", 0))
        lines += [f"## {title}", "", _table(rows), ""]
    lines.append(_PRESETS_HEAD)
    for name in PRESETS:
        preset = preset_named(name)
        found = compared([variants(spec)[0] for spec in preset.specs], preset=name)
        lines += [f"### {name}: {escaped(preset.about)}", "", found.render("markdown"), ""]
    return "\n".join(lines).rstrip()


def _alone(name: str) -> bool:
    """Whether the variants of a spec have no page of their own."""
    return not any(home == name and other != name for other, home in families().items())


def _table(rows: list[tuple[str, Analysis]]) -> str:
    head = ("network", "year", "input", "params", "MACs", "depth", "RF", "top-1", "key idea")
    return pipe_table(head, [_row(name, one) for name, one in rows], (False, True, False, True, True, True, True, True, False))


def _row(name: str, analysis: Analysis) -> list[str]:
    totals, meta = analysis.totals, analysis.meta
    return [
        link(name),
        str(meta.get("year", "")),
        ", ".join([size_text(shape) for shape in analysis.inputs.values()]),
        grouped(totals.params),
        grouped(totals.macs),
        str(totals.depth),
        "" if totals.receptive_field is None else each(totals.receptive_field),
        str(meta.get("top1", "")),
        escaped(str(meta.get("key_idea", ""))),
    ]
