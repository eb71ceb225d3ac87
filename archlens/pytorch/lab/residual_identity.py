"""Whether a residual block whose layers put out nothing is the identity."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from archlens.analysis.lesson import Measurement, Table
from archlens.pytorch.lab.apparatus import percent, steady, verdict

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.6"
CLAIM = "y = F(x) + x: if the best thing a layer can do is nothing, it just learns F(x) ≈ 0, and the block is the identity."
CORRECTION = (
    "ResNet's block ends in a ReLU, y = max(F(x) + x, 0): with F = 0 that is the identity for x ≥ 0, which is what the block "
    "before hands it, and for no other x. Pre-activation, where nothing follows the sum, is the identity for every x."
)
SOURCE = (
    "He et al. 2016, arXiv:1512.03385, sections 3.1 and 3.2, and Identity mappings in deep residual networks, arXiv:1603.05027, "
    "section 2"
)

_CHANNELS = 8


@steady
def measure() -> Measurement:
    """Blocks whose last layer is set to 0, on random values and on their sizes."""
    norm, conv = nn.BatchNorm2d(_CHANNELS), nn.Conv2d(_CHANNELS, _CHANNELS, 3, padding=1, bias=False)
    last = nn.BatchNorm2d(_CHANNELS)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(conv.weight)
    inner = nn.Conv2d(_CHANNELS, _CHANNELS, 3, padding=1, bias=False)
    blocks: dict[str, Callable[[Tensor], Tensor]] = {
        "plain: ReLU(F(x))": lambda x: last(inner(norm(inner(x)).relu())).relu(),
        "residual: ReLU(F(x) + x)": lambda x: (last(inner(norm(inner(x)).relu())) + x).relu(),
        "pre-activation: F(x) + x": lambda x: conv(norm(inner(norm(x).relu())).relu()) + x,
    }
    values = torch.randn(4, _CHANNELS, 6, 6)
    found = {
        (name, of): _figures(block, x) for name, block in blocks.items() for of, x in (("any", values), ("x ≥ 0", values.abs()))
    }
    table = Table(
        "one block with F(x) = 0: values that come out as they went in, and that the gradient reaches, in %",
        ("block", "x", "unchanged", "reached"),
        tuple([(*key, *row) for key, row in found.items()]),
    )
    any_, positive = [found["residual: ReLU(F(x) + x)", of][0] for of in ("any", "x ≥ 0")]
    because = (
        f"with F = 0 the residual block hands on {percent(positive / 100)} of the values unchanged if all are ≥ 0, "
        f"{percent(any_ / 100)} of random ones, without the ReLU behind the sum "
        f"{percent(found['pre-activation: F(x) + x', 'any'][0] / 100)}"
    )
    return Measurement((table,), verdict(positive == 100, any_ == 100), because)


def _figures(block: Callable[[Tensor], Tensor], x: Tensor) -> tuple[float, float]:
    leaf = x.clone().requires_grad_()
    out = block(leaf)
    (gradient,) = torch.autograd.grad(out, leaf, torch.randn(out.shape))
    return 100 * (out == x).double().mean().item(), 100 * (gradient != 0).double().mean().item()
