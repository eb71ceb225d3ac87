"""Whether the output stays as it is when what is in the image moves: the map itself, pooled, flattened."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from archlens.analysis.lesson import Measurement, Table
from archlens.pytorch.lab.apparatus import apart, percent, steady, verdict

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.1"
CLAIM = (
    "Translation invariance: because the filter slides everywhere, a cat detected top-left fires the same way bottom-right. "
    "And later: convolution alone gives equivariance; true invariance comes from pooling and the final global aggregation."
)
CORRECTION = (
    "The first sentence tells of equivariance, as the second says: the map moves with the cat. Global pooling makes the output "
    "invariant, exactly at stride 1 as long as no window that sees the cat reaches over the border."
)
SOURCE = "Goodfellow, Bengio & Courville 2016, Deep Learning, sections 9.2 and 9.3"

_SIDE, _CAT = 16, 5
_FROM, _INSIDE, _EDGE = (2, 2), (9, 8), (11, 11)


@steady
def measure() -> Measurement:
    """A random patch on an empty image, seen by random kernels and a ReLU."""
    cat = torch.randn(1, 1, _CAT, _CAT)
    kernels, weights, pixels = torch.randn(8, 1, 3, 3), torch.randn(4, 8 * _SIDE**2), torch.randn(4, _SIDE**2)

    def response(image: Tensor, stride: int = 1, mode: str = "constant") -> Tensor:
        return functional.conv2d(functional.pad(image, (1, 1, 1, 1), mode=mode), kernels, stride=stride).relu()

    nets: dict[str, Callable[[Tensor], Tensor]] = {
        "convolution: the map": response,
        "convolution: the values it takes, sorted": lambda image: response(image).flatten().sort().values,
        "convolution, global average pooling": lambda image: response(image).mean((2, 3)),
        "convolution, global max pooling": lambda image: response(image).amax((2, 3)),
        "circular convolution, global average pooling": lambda image: response(image, mode="circular").mean((2, 3)),
        "convolution of stride 2, global average pooling": lambda image: response(image, stride=2).mean((2, 3)),
        "convolution, flatten, linear": lambda image: response(image).flatten(1) @ weights.T,
        "flatten, linear": lambda image: image.flatten(1) @ pixels.T,
    }
    start, inside, edge = [_placed(cat, at) for at in (_FROM, _INSIDE, _EDGE)]
    changes = {name: (apart(net(inside), net(start)), apart(net(edge), net(start))) for name, net in nets.items()}
    table = Table(
        f"largest change of the output when the cat moves from {_FROM}, of the largest value; padded with zeros if not said",
        ("net", f"to {_INSIDE}", f"to {_EDGE}, the edge"),
        tuple([(name, *change) for name, change in changes.items()]),
    )
    said = ["convolution: the map", "convolution, global average pooling", "convolution, flatten, linear"]
    map_, pooled, flat = [changes[name][0] for name in said]
    because = (
        f"when the cat moves inside the image the map changes by {percent(map_)} of its largest value, its global average by "
        f"{percent(pooled)}, scores from the flattened map by {percent(flat)}"
    )
    return Measurement((table,), verdict(map_ == 0, pooled == 0), because)


def _placed(cat: Tensor, at: tuple[int, int]) -> Tensor:
    image = torch.zeros(1, 1, _SIDE, _SIDE)
    image[..., at[0] : at[0] + _CAT, at[1] : at[1] + _CAT] = cat
    return image
