"""reports/README.md: where to begin."""

from __future__ import annotations

from archlens.chapter.cards import SECTIONS, cards
from archlens.chapter.claims import CLAIMS
from archlens.chapter.concepts import CONCEPTS
from archlens.chapter.errata import ERRATA
from archlens.chapter.lab import EXPERIMENTS
from archlens.report.markdown import escaped
from archlens.spec.load import shipped

__all__ = ["page"]

_PAGE = """# Convolutional networks, computed

To learn the subject, or to prepare for an interview on it: every page here is written by `archlens reports` from the
shipped specs, so that every figure is computed, never copied, and continuous integration fails where one is stale.

1. [The lineage](lineage.md): from LeNet to ResNet and on, what problem each network met and what it changed. Begin
   here.
2. [Concepts](concepts.md): {concepts} comparisons with their formulas, from fully connected layers to patches.
3. [The lab](lab.md): {lab} claims that take a run, measured in PyTorch, with verdicts.
4. [Interview questions](interview.md): {cards} questions, each with an answer and worked figures.
5. [Architectures](architectures.md): all {networks} shipped networks in tables, each with a page of its own; a ✓ there is a
   published figure that the network is held to.
6. [Errata](errata.md): {errata} places where the chapter these questions come from is imprecise or wrong. Know them.
7. [Every claim](claims.md): the chapter's {claims} checkable statements, and what shows each.

Then practise: `archlens quiz` asks, grades and works out the answer; `archlens lab` measures again, with your seed;
`archlens explain resnet50 stem/conv` fills in the formulas for any layer of any network, yours too.

## What to know by heart

| | |
|---|---|
| output size | O = ⌊(W + 2P − D·(K − 1) − 1) / S⌋ + 1 |
| `same` padding | P = D·(K − 1) / 2, for stride 1 and an odd K |
| parameters of a convolution | (K·K·C_in / G + 1) · C_out, whatever the size of the image; no + 1 before batch normalization |
| its multiply–accumulates | K·K·C_in / G · C_out · O_h·O_w; a FLOP count is twice that |
| parameters of a fully connected layer | (features in + 1) · features out |
| of batch normalization | 2·C learned, 2·C statistics |
| receptive field | r = 1 + Σ D·(K − 1)·j, where j is the product of the strides before |
| depthwise separable against full | 1 / C_out + 1 / K² of the cost |
| n stacked 3×3 | see 2n + 1 pixels with 9·n·C² weights |
| backward pass | twice the forward multiply–accumulates: one for the input, one for the weights |
| training memory | parameters · (1 + 1 + optimizer's 2 for Adam), and the maps that the backward pass reads |

## The chapter

{sections}
"""


def page() -> str:
    """The contents, the formulas to know, the chapter's sections."""
    sections = "\n".join(
        [
            f"- {number} {escaped(title)}: {sum(card.section == number for card in cards())} questions"
            for number, title in SECTIONS.items()
        ]
    )
    return _PAGE.format(
        concepts=len(CONCEPTS),
        cards=len(cards()),
        networks=len(shipped()),
        errata=len(ERRATA),
        claims=len(CLAIMS),
        lab=len(EXPERIMENTS),
        sections=sections,
    ).rstrip()
