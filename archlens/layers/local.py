"""Locally connected layers: convolutions whose weights are not shared between positions."""

from __future__ import annotations

from typing import Any, ClassVar

from archlens.layers.dims import Dim, Shape, prod
from archlens.layers.fields import Count, Flag, Padding, Sizes
from archlens.layers.keeping import Held
from archlens.layers.sliding import Sliding
from archlens.layers.strides import Layout

__all__ = ["LocallyConnected"]


class LocallyConnected(Sliding):
    """A convolution with filters of its own at every position, on C×L or C×H×W.

    It reads and works like a convolution, but has as many sets of weights as there are output positions: 3×3 windows from 3
    to 64 channels at 200×200 positions have 200·200·(27 + 1)·64 = 71,680,000 parameters, the convolution 1,792.

    torch has no such class. It is `unfold`, then a product with `weight` (C_out, O…, C_in·ΠK) at every position of O…, the
    windows in the order of `unfold` (channels first), then a sum with `bias` (C_out, O…).

    out_channels: number of filters at every position, each giving one output channel.
    kernel_size: the window, per axis.
    stride: how far the window moves, per axis.
    padding: zeros around the map: per axis, [low, high] pairs, `valid` (none) or `same` (D·(K-1)/2).
    dilation: distance between the taps of the window.
    bias: whether each filter adds a learned constant.
    """

    type_name = "locally_connected"
    torch_name = "nn.functional.unfold"
    family = "convolution"
    mixes_channels = True
    linear = True
    reference = "chapter 12.1 (parameters); output size as in torch.nn.Conv2d"
    formulas: ClassVar = {
        "output_size": "floor((W + P_low + P_high - D*(K - 1) - 1) / S) + 1",
        "params": "C_out * prod(O) * (C_in * prod(K) + B)",
        "macs": "C_out * prod(O) * C_in * prod(K)",
        "elementwise_ops": "B * C_out * prod(O)",
    }
    example = ("3x200x200", "64 3x3 padding=1")

    out_channels: Count
    kernel_size: Sizes
    stride: Sizes = 1
    padding: Padding = 0
    dilation: Sizes = 1
    bias: Flag = True

    def spatial_rank(self, shape: Shape, ranks: tuple[int, ...] = (1, 2)) -> int:
        """The number of spatial axes: 1 or 2, which is what torch unfolds."""
        return super().spatial_rank(shape, ranks)

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        return ((x[0], self.out_channels, *self.slid_sizes(x)),)

    def parameter_shapes(self, x: Shape) -> dict[str, Shape]:
        ((_, *out),) = self.output_shapes(x)
        shapes: dict[str, Shape] = {"weight": (*out, self._taps(x))}
        if self.bias:
            shapes["bias"] = tuple(out)
        return shapes

    def _taps(self, x: Shape) -> Dim:
        """The values that a window reads."""
        return x[1] * prod(self.spread("kernel_size", len(x) - 2))

    def macs(self, x: Shape) -> Dim:
        return prod(self.output_shapes(x)[0]) * self._taps(x)

    def elementwise_ops(self, x: Shape) -> Dim:
        return prod(self.output_shapes(x)[0]) if self.bias else 0

    def variables(self, x: Shape) -> dict[str, Any]:
        return {**super().variables(x), "C_in": x[1], "C_out": self.out_channels, "B": int(self.bias)}

    @property
    def reorders(self) -> bool:
        return True

    def layout(self, *inputs: Shape) -> Layout:
        return "positions_outermost"  # a product of matrices for each

    def scratch(self, *inputs: Shape) -> Held:
        """The border, the windows side by side (`unfold` takes no less than its input has), the products without the bias."""
        (out,) = self.output_shapes(*inputs)
        border = self.padded(*inputs).values
        windows = max(border or prod(inputs[0]), out[0] * self._taps(inputs[0]) * prod(out[2:]))
        return Held(border + windows + (prod(out) if self.bias else 0))
