"""Regularization: layers that act in training and pass values through in inference."""

from __future__ import annotations

from archlens.layers.base import Layer
from archlens.layers.fields import Probability

__all__ = ["Dropout"]


class Dropout(Layer):
    """Dropout: in training zeroes random values and scales up the rest; in inference returns its input.

    p: the chance of a value being zeroed.
    """

    type_name = "dropout"
    torch_name = "nn.Dropout"
    family = "regularization"
    is_view = True

    p: Probability = 0.5
