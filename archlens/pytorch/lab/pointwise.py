"""What a filter does with channels, and a 1×1 convolution with each pixel."""

from __future__ import annotations

import torch
from torch.nn import functional

from archlens.analysis.lesson import Measurement, Table
from archlens.pytorch.lab.apparatus import apart, steady, told, verdict

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.3"
CLAIM = (
    "A filter has a K×K grid of weights per input channel, convolves each channel and sums the results into one feature map. A "
    "1×1 convolution is a tiny fully-connected layer over the depth, at each pixel."
)
CORRECTION = ""
SOURCE = "Lin, Chen & Yan 2014, Network in network, arXiv:1312.4400, section 3.1"


@steady
def measure() -> Measurement:
    """A random image of 3 channels, 8 random filters of each kind."""
    image, filters, points, bias = torch.randn(2, 3, 9, 9), torch.randn(8, 3, 3, 3), torch.randn(8, 3, 1, 1), torch.randn(8)
    maps = functional.conv2d(image, filters)
    singles = sum([functional.conv2d(image[:, c : c + 1], filters[:, c : c + 1]) for c in range(3)], torch.zeros_like(maps))
    pointwise = functional.conv2d(image, points, bias)
    linear = functional.linear(image.movedim(1, -1), points.flatten(1), bias).movedim(-1, 1)
    leaf = image[:1].clone().requires_grad_()
    (gradient,) = torch.autograd.grad(functional.conv2d(leaf, points, bias)[0, 0, 4, 4], leaf)
    seen = int(gradient[0].any(0).sum())
    equal = Table(
        "3 channels in, 8 out (largest difference, of the largest value)",
        ("compared", "with", "weights a filter", "difference"),
        (
            ("3×3 convolution", "sum of three convolutions of one channel", filters[0].numel(), apart(maps, singles)),
            (
                "3×3 convolution",
                "convolution of the first channel alone",
                9,
                apart(functional.conv2d(image[:, :1], filters[:, :1]), maps),
            ),
            ("1×1 convolution", "linear layer at every pixel", points[0].numel(), apart(pointwise, linear)),
        ),
    )
    because = (
        f"the sum over channels differs from the convolution by {told(apart(maps, singles))}, the linear layer from the 1×1 "
        f"convolution by {told(apart(pointwise, linear))}; a unit of the latter depends on {seen} of {leaf[0, 0].numel()} pixels"
    )
    return Measurement((equal,), verdict(apart(maps, singles) == 0, apart(pointwise, linear) == 0 and seen == 1), because)
