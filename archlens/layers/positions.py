"""Where tokens stand, for attention to know it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from archlens.layers.base import Layer
from archlens.layers.dims import Shape, prod
from archlens.layers.fields import Count, Sizes

__all__ = ["RelativePositionBias"]


class RelativePositionBias(Layer):
    """Relative position bias: a learned number for every head and every distance between two cells of a window.

    Attention alone does not know where a token stands; these numbers, added to its weights, tell it how far tokens are apart.

    What comes out, heads×T×T for a window of T cells, is the fourth input of scaled_dot_product_attention. It has no input, and
    its batch is 1: it serves every window of every example.

    num_heads: heads of the attention.
    window_size: cells of the window, per axis; one number is that of both axes of a map.
    """

    type_name = "relative_position_bias"
    torch_name = "torchvision.models.swin_transformer.ShiftedWindowAttention"
    family = "attention"
    inputs = (0, 0)
    reference = "Liu et al., Swin Transformer, 2021, arXiv:2103.14030, equation 4; names as in torchvision's swin_t and swin3d_t"
    example = ("", "3 7x7")
    formulas: ClassVar = {"params": "H * prod(D)"}

    num_heads: Count
    window_size: Sizes

    def settle(self, put: Callable[[str, Any], None]) -> None:
        if not isinstance(self.window_size, tuple):
            put("window_size", (self.window_size,) * 2)

    def output_shapes(self, *inputs: Shape) -> tuple[Shape, ...]:
        cells = prod(self.window_size)
        return ((1, self.num_heads, cells, cells),)

    def parameter_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        return {"relative_position_bias_table": (prod(2 * n - 1 for n in self.window_size), self.num_heads)}

    def buffer_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        cells = prod(self.window_size)
        square = len(self.window_size) == 3  # as torchvision has it: flat for images, not for videos
        return {"relative_position_index": (cells, cells) if square else (cells * cells,)}

    def variables(self, *inputs: Shape) -> dict[str, Any]:
        return {"H": self.num_heads, "D": tuple(2 * n - 1 for n in self.window_size)}
