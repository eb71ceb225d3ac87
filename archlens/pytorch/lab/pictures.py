"""Images to train on, drawn when asked: gratings of several directions, at random places and scales, in noise."""

from __future__ import annotations

import math

import torch
from torch import Tensor

__all__ = ["gratings"]


def gratings(count: int, side: int, classes: int, noise: float = 0.5) -> tuple[Tensor, Tensor]:
    """`count` images, 1×side×side, and the class of each: the direction of its stripes. Phase and width of them are random."""
    kinds = torch.arange(count) % classes
    angles = (kinds * math.pi / classes)[:, None, None]
    y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    phases, widths = torch.rand(2, count, 1, 1)
    stripes = torch.sin((0.8 + 0.6 * widths) * (x * angles.cos() + y * angles.sin()) + 2 * math.pi * phases)
    return (stripes + noise * torch.randn(count, side, side)).unsqueeze(1), kinds
