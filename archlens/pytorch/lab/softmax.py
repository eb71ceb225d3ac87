"""Whether what softmax puts out are probabilities."""

from __future__ import annotations

import torch
from torch import Tensor

from archlens.analysis.lesson import Measurement, Table
from archlens.pytorch.lab.apparatus import rounded, steady, told, verdict

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.5"
CLAIM = "A softmax turns logits into class probabilities."
CORRECTION = (
    "Into numbers that are none below 0 and sum to 1. Whether a class given 0.9 is right nine times in ten is another matter, "
    "calibration, and trained networks are often too sure. Adding a constant to all logits changes nothing; a factor does."
)
SOURCE = "Goodfellow, Bengio & Courville 2016, Deep Learning, section 6.2.2.3; Guo et al. 2017, arXiv:1706.04599"


@steady
def measure() -> Measurement:
    """1,000 random sets of 10 logits, as they are and changed."""
    logits = 3 * torch.randn(1000, 10)
    plain = logits.softmax(1)
    cases = {
        "as they are": logits,
        "plus 100": logits + 100,
        "plus 1,000": logits + 1000,
        "times 3": 3 * logits,
    }
    rows = [(name, *_figures(one, plain)) for name, one in cases.items()]
    head = ("logits", "smallest", "sum, off 1 by", "change", "mean of the largest", "computed naively")
    table = Table(
        "softmax of 10 logits, the worst of 1,000 draws; naively: exp(z)/Σexp(z) without taking the largest logit off first",
        head,
        tuple(rows),
    )
    least, off = min([row[1] for row in rows]), max([row[2] for row in rows])
    moved = max([row[3] for row in rows[1:3]])
    parameters = sum([one.numel() for one in torch.nn.Softmax(1).parameters()])
    because = (
        f"the smallest value is {told(least)}, sums are off 1 by {told(off)}; a constant added to the logits changes values by "
        f"{told(moved)}; there are {parameters} parameters"
    )
    return Measurement((table,), verdict(least >= 0, off == 0, moved == 0 and parameters == 0), because)


def _figures(logits: Tensor, plain: Tensor) -> tuple[float, float, float, float, str]:
    found = logits.softmax(1)
    off, change = [float(one.abs().max()) for one in (found.sum(1) - 1, found - plain)]
    naive = logits.exp() / logits.exp().sum(1, keepdim=True)
    said = "not a number" if naive.isnan().any() else "the same" if torch.allclose(naive, found) else "another"
    return float(found.min()), rounded(off), rounded(change), float(found.amax(1).mean()), said
