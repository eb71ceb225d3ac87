"""The backward pass of a convolution, written as convolutions, against autograd and against differences."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from archlens.analysis.lesson import Measurement, Table
from archlens.pytorch.lab.apparatus import apart, steady, told, verdict

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.2"
CLAIM = (
    "The gradient of the kernel is itself a convolution of the input patches with the upstream gradient; the gradient of the "
    "input is a full convolution of the upstream gradient with the flipped kernel."
)
CORRECTION = (
    "Right where convolution means cross-correlation, as in libraries; a true convolution flips the kernel back. dW is the "
    "valid cross-correlation of the padded input with g; dX the full cross-correlation of g with the flipped kernel, its input "
    "and output channels swapped, which is the full true convolution with the kernel as it is. With stride s, s − 1 zeros go "
    "between the cells of g first."
)
SOURCE = "Goodfellow, Bengio & Courville 2016, Deep Learning, section 9.5; Dumoulin & Visin 2016, arXiv:1603.07285, section 4"

_SIDE, _KERNEL, _PAD = 9, 3, 1


@steady
def measure() -> Measurement:
    """Two random images of 3 channels, 4 random kernels, and a random upstream gradient g."""
    image, kernel = torch.randn(2, 3, _SIDE, _SIDE), torch.randn(4, 3, _KERNEL, _KERNEL)
    found: dict[tuple[str, str], list[float | None]] = {}
    for stride in (1, 2):
        leaves = image.clone().requires_grad_(), kernel.clone().requires_grad_()
        out = functional.conv2d(*leaves, stride=stride, padding=_PAD)
        g = torch.randn(out.shape)
        by_autograd = dict(zip(("dX", "dW"), torch.autograd.grad(out, leaves, g), strict=True))
        for (of, said), candidate in _candidates(image, kernel, g, stride).items():
            fits = candidate.shape == by_autograd[of].shape
            found.setdefault((of, said), []).append(apart(candidate, by_autograd[of]) if fits else None)
        for of, step in (("dW", (0 * image, kernel)), ("dX", (image, 0 * kernel))):
            slope = (by_autograd[of] * (step[0] if of == "dX" else step[1])).sum()
            found.setdefault((of, "slope of the output along a step"), []).append(
                apart(slope, _slope(image, kernel, g, stride, step))
            )
    table = Table(
        "9×9, K = 3, padding 1: largest difference to autograd, of the largest value; empty where not even the size fits",
        ("gradient", "as", "stride 1", "stride 2"),
        tuple([(*name, *values) for name, values in found.items()]),
    )
    weight, flipped, twice = [[cell for cell in found[name] if cell is not None] for name in (_WEIGHT, _FLIPPED, _TWICE)]
    because = (
        f"the cross-correlation of input and g differs from dW by {told(max(weight))}; the full cross-correlation of g with the "
        f"flipped kernel differs from dX by {told(max(flipped))}, a true convolution with it, which flips it back, by at least "
        f"{told(min(twice))}"
    )
    return Measurement((table,), verdict(not any(weight), not any(flipped), not any(twice)), because)


_WEIGHT = ("dW", "valid cross-correlation of x and g, spread by the stride")
_FLIPPED = ("dX", "full cross-correlation of g with the flipped kernel")
_TWICE = ("dX", "full true convolution of g with the flipped kernel")


def _candidates(image: Tensor, kernel: Tensor, g: Tensor, stride: int) -> dict[tuple[str, str], Tensor]:
    """What each way of computing them gives. A true convolution flips its kernel, then cross-correlates."""
    swapped, spread = kernel.transpose(0, 1), _spread(g, stride)
    return {
        _WEIGHT: _weights(image, spread),
        ("dW", "valid cross-correlation of x and g as it is"): _weights(image, g),
        _FLIPPED: _full(spread, swapped.flip(2, 3)),
        _TWICE: _full(spread, swapped.flip(2, 3).flip(2, 3)),
        ("dX", "full true convolution of g with the kernel as it is"): _full(spread, swapped.flip(2, 3)),
    }


def _spread(g: Tensor, stride: int) -> Tensor:
    """stride − 1 zeros between the cells."""
    out = torch.zeros(*g.shape[:2], *[(size - 1) * stride + 1 for size in g.shape[2:]])
    out[..., ::stride, ::stride] = g
    return out


def _weights(image: Tensor, g: Tensor) -> Tensor:
    """Images are summed over, as channels are in a forward pass."""
    padded = functional.pad(image, (_PAD, _PAD, _PAD, _PAD))
    return functional.conv2d(padded.transpose(0, 1), g.transpose(0, 1)).transpose(0, 1)


def _full(g: Tensor, kernel: Tensor) -> Tensor:
    """The cross-correlation of all places where they touch, less the cells that were padding."""
    out = functional.conv2d(g, kernel, padding=_KERNEL - 1)
    return out[..., _PAD : out.shape[2] - _PAD, _PAD : out.shape[3] - _PAD]


def _slope(image: Tensor, kernel: Tensor, g: Tensor, stride: int, step: tuple[Tensor, Tensor]) -> Tensor:
    """Of what g weighs of the output, between either end of a step; no approximation, as it is linear in image and kernel."""
    ends = [functional.conv2d(image + s * step[0], kernel + s * step[1], stride=stride, padding=_PAD) for s in (-0.5, 0.5)]
    return ((ends[1] - ends[0]) * g).sum()
