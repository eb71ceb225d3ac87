"""Regularization: layers that act in training and pass values through in inference."""

from __future__ import annotations

from typing import ClassVar

from archlens.layers.base import Layer
from archlens.layers.fields import Probability

__all__ = ["Dropout"]


class Dropout(Layer):
    """Dropout: in training zeroes random values and scales up the rest; in inference returns its input.

    No unit can rely on another, so a network overfits less. In inference it costs nothing.

    p: the chance of a value being zeroed.
    """

    type_name = "dropout"
    torch_name = "nn.Dropout"
    example: ClassVar = ("4096", "0.5")
    family = "regularization"
    reference = "chapter 12.5; Srivastava et al., Dropout, 2014"
    is_view = True

    p: Probability = 0.5
