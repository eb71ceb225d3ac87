"""Over which axes batch norm computes its statistics, and what is left of a bias before it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from archlens.analysis.lesson import Measurement, Table
from archlens.pytorch.lab.apparatus import apart, rounded, steady, told, verdict

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.5"
CLAIM = (
    "Batch norm is applied per channel: mean and variance over the batch and all spatial positions of that channel, so each "
    "feature map gets one shared scale and shift. Conv → BN → ReLU."
)
CORRECTION = (
    "While it trains; for inference it uses running statistics. A bias of the convolution before it is taken off with the "
    "mean, so it has no effect and is left out (bias=False)."
)
SOURCE = "Ioffe & Szegedy 2015, arXiv:1502.03167, section 3.2"

_CLAIMED = "N, H, W: per channel"
_AXES = {
    _CLAIMED: (0, 2, 3),
    "N: per channel and position": (0,),
    "H, W: per image and channel": (2, 3),
    "C, H, W: per image": (1, 2, 3),
    "N, C, H, W: one for all": (0, 1, 2, 3),
}


@steady
def measure() -> Measurement:
    """Random images with channels of unlike scale, through a convolution, a batch norm with random scale and shift, a ReLU."""
    images = torch.randn(8, 3, 6, 6) * torch.tensor([1.0, 3.0, 9.0]).reshape(1, 3, 1, 1) + torch.randn(1, 3, 1, 1)
    norm = nn.BatchNorm2d(3)
    nn.init.uniform_(norm.weight, 0.5, 2)
    nn.init.normal_(norm.bias)
    out = norm(images)
    gaps = {name: apart(_normalized(images, axes, norm), out) for name, axes in _AXES.items()}
    values = {name: images.numel() // images.mean(axes).numel() for name, axes in _AXES.items()}
    statistics = Table(
        "nn.BatchNorm2d(3) on 8×3×6×6 against statistics over other axes (largest difference, of the largest value)",
        ("mean and variance over", "values a mean", "difference"),
        tuple([(name, values[name], difference) for name, difference in gaps.items()]),
    )
    shapes = [tuple(one.shape) for one in norm.parameters()]
    conv = nn.Conv2d(3, 3, 3)
    assert conv.bias is not None
    with torch.no_grad():
        conv.bias.zero_()
    plain = norm(conv(images)).relu()
    with torch.no_grad():
        conv.bias += 10
    biased = norm(conv(images)).relu()
    effect, slope = apart(biased, plain), _slope(conv, biased)
    bias = Table(
        "a bias of 10 in the convolution before (of the largest value; of the largest gradient of a weight)",
        ("followed by", "change of the output", "gradient of the bias"),
        (("batch norm, ReLU", effect, slope), ("ReLU", *_without(conv, images))),
    )
    wrong = min([difference for name, difference in gaps.items() if name != _CLAIMED])
    because = (
        f"with statistics over N, H and W the output differs from PyTorch's by {told(gaps[_CLAIMED])}, over other axes by at "
        f"least {told(wrong)}; {shapes[0][0]} scales and {shapes[1][0]} shifts for 3 channels; a bias before changes the output "
        f"by {told(effect)}"
    )
    return Measurement((statistics, bias), verdict(gaps[_CLAIMED] == 0 and wrong > 0, shapes == [(3,), (3,)]), because)


def _normalized(images: Tensor, axes: tuple[int, ...], norm: nn.BatchNorm2d) -> Tensor:
    mean, variance = images.mean(axes, keepdim=True), images.var(axes, correction=0, keepdim=True)
    scale, shift = [one.reshape(1, 3, 1, 1) for one in (norm.weight, norm.bias)]
    return scale * (images - mean) / (variance + norm.eps).sqrt() + shift


def _without(conv: nn.Conv2d, images: Tensor) -> tuple[float, float]:
    """The same figures without the norm."""
    assert conv.bias is not None
    biased = conv(images)
    plain = biased - conv.bias.reshape(1, -1, 1, 1)
    return apart(biased.relu(), plain.relu()), _slope(conv, biased.relu())


def _slope(conv: nn.Conv2d, out: Tensor) -> float:
    """The largest gradient of a bias, as a share of the largest of a weight, for a random one of the output."""
    bias, weight = torch.autograd.grad(out, [*conv.parameters()][::-1], torch.randn(out.shape))
    return rounded(float(bias.abs().max() / weight.abs().max()))
