"""reports/architectures.md: every shipped network in tables, by task and by question."""

from __future__ import annotations

import re

from archlens.analysis.facts import Analysis
from archlens.chapter.reports.shelf import families, link, told, variants
from archlens.report.comparison import PRESETS, compared, preset_named
from archlens.report.markdown import escaped, pipe_table

__all__ = ["page"]

_HEAD = """# Architectures

Every network that comes with archlens, held to published figures to the unit by its own `expect:`. MACs are
multiply–accumulates of convolutions and matrix products for one sample; depth is the weight layers on the longest
path; RF is the receptive field of the last map, in input pixels; top-1 is published accuracy, mIoU mean intersection
over union, both in percent on the images named, their source on the network's page. Names lead to the pages.
"""

_COLUMNS = ("year", "input", "params", "macs", "depth", "receptive_field", "top1", "miou", "dataset", "key_idea")

_PRESETS_HEAD = """## Side by side

The tables that `archlens compare --preset NAME` prints; any figure can be a column, any condition a filter.
"""

_TASKS = {
    "classification": "Classification",
    "detection": "Detection: boxes and classes",
    "segmentation": "Segmentation: a class for every pixel",
    "video": "Video",
    "sound": "Sound",
    "baseline": "Without convolutions, to compare with",
}
"""By the `task` of a spec's `meta`, in the order of the page."""


def page() -> str:
    """By task, oldest first; then the presets."""
    homes = families()
    own = [name for name, home in homes.items() if home != name or _alone(name)]
    networks = [(name, variants(name)[0]) for name in sorted(own, key=_natural)]
    networks.sort(key=lambda row: row[1].meta.get("year", 0))
    lines = [_HEAD]
    for task, title in _TASKS.items():
        rows = [(name, one) for name, one in networks if one.meta["task"] == task]
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


def _natural(name: str) -> list[tuple[str, int]]:
    """`resnet20` before `resnet110`."""
    return [(word, int(digits or 0)) for word, digits in re.findall(r"(\D*)(\d*)", name)]


def _table(rows: list[tuple[str, Analysis]]) -> str:
    figures = told(compared([one for _, one in rows], columns=_COLUMNS)).figures
    head = ["network", *[figure.heading for figure in figures]]
    cells = [[link(name), *[escaped(figure.said(one)) for figure in figures]] for name, one in rows]
    return pipe_table(head, cells, [False, *[figure.numeric for figure in figures]])
