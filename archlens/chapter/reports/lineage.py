"""reports/lineage.md: from LeNet to ResNet and on, each step with what it changed."""

from __future__ import annotations

from typing import NamedTuple

from archlens.analysis.facts import Analysis, Totals
from archlens.chapter.reports.shelf import link, variants
from archlens.chapter.small import of_family, params
from archlens.report.comparison import compared, preset_named
from archlens.report.markdown import escaped
from archlens.report.numbers import grouped, percent, short

__all__ = ["page"]

_HEAD = """# The lineage: from LeNet to ResNet, and on

"The history of CNNs is a history of going deeper without breaking." Each landmark solved the problem that the one
before it hit; the table is what an interviewer expects you to know, and below it stands what changed from one to the
next, in figures.
"""

_AFTER = """Depth has more than one meaning: the papers' own counts stand in `paper's depth`, weight layers on the longest path in
`depth`; LeNet's "7 layers" include two poolings with trainable weights, of which a later count would leave out the
parameter-free kind. GoogLeNet and VGG are of the same challenge (2014): GoogLeNet won classification, VGG came second
and won localisation, so the arrow from one to the other is not one of time. See [depth, counted three
ways](concepts.md#depth-counted-three-ways) and [the errata](errata.md).
"""


class _Step(NamedTuple):
    """One network of the lineage. problem: what it met. answer: what it did about it."""

    spec: str
    problem: str
    answer: str


_STEPS = (
    _Step(
        "mlp",
        "An image as a vector of pixels: every pixel has a weight to every neuron, and a pattern must be learned anew "
        "at every place.",
        "A baseline. It reads digits well enough because they are small and centred.",
    ),
    _Step(
        "lenet5_1998",
        "Weights that grow with the image, and no notion of neighbourhood.",
        "Local windows with shared weights, and subsampling that forgets where exactly a feature was; learned from "
        "pixels to classes. "
        "Convolutional networks were not new (Fukushima's Neocognitron 1980, LeCun's network of 1989); this one read cheques.",
    ),
    _Step(
        "alexnet_2012",
        "Saturating units, a million images, little memory on one GPU.",
        "ReLU, dropout, augmentation and two GPUs, which is why some convolutions have two groups. 15.3 % top-5 error "
        "against 26.2 % of the second (the paper, section 6).",
    ),
    _Step(
        "vgg16",
        "How deep can it be? Large windows are costly.",
        "Nothing but 3×3, in stacks: two see as far as a 5×5 with 28 % fewer weights. The head is still three fully "
        "connected layers.",
    ),
    _Step(
        "googlenet_2014",
        "VGG's cost; and no one window fits all scales.",
        "Several windows side by side, 1×1 convolutions before the large ones to keep them cheap, averaging instead of "
        "a large head.",
    ),
    _Step(
        "plain34",
        "Deeper plain networks err more often, in training too (He et al., figure 4): on validation 28.54 % top-1 error "
        "for 34 layers, 27.94 % for 18 (table 2).",
        "The counter-example that ResNet is measured against. The paper does not blame vanishing gradients: with batch "
        "normalization they were healthy (section 4.1).",
    ),
    _Step(
        "resnet50",
        "Degradation: layers that should at worst do nothing find it hard to learn that.",
        "An identity shortcut round every block: it has to learn only the difference. 1×1 bottlenecks make depth affordable.",
    ),
    _Step(
        "resnet152",
        "Is there an end to depth?",
        "Not here: 152 layers with fewer operations than VGG-19. (On CIFAR-10 a network of 1,202 layers was worse again "
        "than one of 110.)",
    ),
    _Step(
        "densenet121",
        "Features are computed again and again.",
        "Every layer reads the maps of all before it, so each needs to add only a few: few parameters, many maps to keep.",
    ),
    _Step(
        "mobilenet_v1",
        "Phones.",
        "Every 3×3 is split into a depthwise one and a 1×1: a ninth of the work and a little more.",
    ),
    _Step(
        "efficientnet_b0",
        "Deeper, wider or larger images: which?",
        "All three in step, from a base found by search.",
    ),
    _Step(
        "vit_b16",
        "Windows see far only after many layers.",
        "No windows: patches are tokens, and attention relates all of them from the first block on. It needs more data, "
        "or a better recipe, "
        "to make up for what a convolution knows by itself.",
    ),
    _Step(
        "convnext_tiny",
        "Was it attention, or the recipe around it?",
        "A ResNet with the transformer's proportions and large depthwise windows is as good. Its 1×1 convolutions are written as "
        "linear layers over the channels, which is why they count as fully connected here.",
    ),
)


def page() -> str:
    """The chapter's table, then the steps."""
    preset = preset_named("lineage")
    table = compared([variants(spec)[0] for spec in preset.specs], preset="lineage")
    lines = [_HEAD, table.render("markdown"), "", _AFTER, "## Step by step", ""]
    before: Analysis | None = None
    for number, step in enumerate(_STEPS, 1):
        analysis = variants(step.spec)[0]
        year = f" ({analysis.meta['year']})" if "year" in analysis.meta else ""
        lines += [f"### {number}. {link(step.spec, analysis.title)}{year}", "", f"**The problem.** {step.problem}", ""]
        lines += [f"**The answer.** {step.answer}", "", f"**In figures.** {_figures(analysis, before)}", ""]
        before = analysis
    return "\n".join(lines).rstrip()


def _figures(analysis: Analysis, before: Analysis | None) -> str:
    """Its totals, and how many times those of the one before."""
    totals = analysis.totals
    linear = params(of_family(analysis.layers, "linear"))
    parts = [f"{grouped(totals.params)} parameters, {percent(linear, totals.params) or '0 %'} of them in fully connected layers"]
    parts.append(f"{short(totals.macs)} MACs")
    parts.append(f"{totals.depth} weight layers deep")
    if totals.receptive_field and all(totals.receptive_field):
        parts.append(f"its last map sees {totals.receptive_field[0]} pixels of {next(iter(analysis.inputs.values()))[-1]}")
    text = "; ".join(parts)
    if before is not None:
        text += f". Against {escaped(before.title)}: {_ratios(totals, before.totals)}"
    return f"{text}."


def _ratios(now: Totals, then: Totals) -> str:
    """`2.3 times the parameters, 10 times fewer MACs, twice as deep` in figures."""
    named = (("parameters", now.params, then.params), ("MACs", now.macs, then.macs), ("weight layers", now.depth, then.depth))
    return ", ".join([_times(name, a, b) for name, a, b in named])


def _times(name: str, now: int, then: int) -> str:
    if now == then:
        return f"as many {name}"
    factor = max(now, then) / min(now, then)
    shown = f"{factor:,.0f}" if factor >= 9.95 else f"{factor:.1f}"
    return f"{shown} times {'the' if now > then else 'fewer'} {name}"
