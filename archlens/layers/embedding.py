"""Embeddings: vectors looked up by number."""

from __future__ import annotations

from typing import Any, ClassVar

from archlens.layers.base import Layer
from archlens.layers.dims import Shape, require
from archlens.layers.fields import Count, Index
from archlens.layers.keeping import Saved
from archlens.layers.windows import POINTWISE, Along

__all__ = ["Embedding"]


class Embedding(Layer):
    """A table of learned vectors, looked up by number: T whole numbers become T×F.

    It is how words and positions enter a network. To look up is no arithmetic, so no work is counted.

    The numbers may stand on any axes; the features come last. They lie between 0 and num_embeddings - 1.

    num_embeddings: vectors in the table, such as words of a vocabulary or positions of a text.
    embedding_dim: features of a vector.
    padding_idx: the number of a vector that is never trained; it counts as a parameter all the same.
    """

    type_name = "embedding"
    torch_name = "nn.Embedding"
    family = "embedding"
    integer_inputs = (0,)
    reference = "torch.nn.Embedding"
    formulas: ClassVar = {"params": "V * F"}
    example = ("128", "30522 768")

    num_embeddings: Count
    embedding_dim: Count
    padding_idx: Index | None = None

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        if self.padding_idx is not None:
            for condition in (self.padding_idx < self.num_embeddings, self.padding_idx >= -self.num_embeddings):
                require(
                    condition,
                    "embedding: padding_idx is {}, but there are {} vectors",
                    self.padding_idx,
                    self.num_embeddings,
                    self.num_embeddings - 1,
                    argument="padding_idx",
                    help="count from 0 to {2}, or leave it out",
                )
        return ((*x, self.embedding_dim),)

    def parameter_shapes(self, x: Shape) -> dict[str, Shape]:
        return {"weight": (self.num_embeddings, self.embedding_dim)}

    def reads(self, x: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        return (tuple(Along(axis, POINTWISE) for axis in range(1, len(x))),)

    def variables(self, x: Shape) -> dict[str, Any]:
        return {"V": self.num_embeddings, "F": self.embedding_dim}

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved((0,))
