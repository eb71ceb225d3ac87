"""How the gradient changes on its way back through a hundred layers, by what the layers are."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from archlens.analysis.lesson import Measurement, Table
from archlens.pytorch.lab.apparatus import steady, told, verdict
from archlens.pytorch.lab.pictures import gratings
from archlens.pytorch.lab.stacks import Kind, convolutions, stack

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.6"
CLAIM = (
    "In plain deep nets gradients vanish. The +x of a residual block gives them a shortcut path straight back, so they do not "
    "vanish through 100+ layers."
)
CORRECTION = (
    "Whether they vanish in a plain net hangs on how its layers are scaled: they do with small weights, hardly with He's "
    "initialization, and with batch norm they grow on their way back. With y = F(x) + x, dy/dx = F′ + 1: the 1 is there "
    "whatever F does, so nothing vanishes unless F′ cancels it; it may still grow."
)
SOURCE = (
    "He et al. 2016, arXiv:1512.03385, section 4.1, and arXiv:1603.05027, section 2; Yang et al. 2019, arXiv:1902.08129 "
    "(growth with batch norm)"
)

_DEPTH, _SIDE, _WIDTH, _CLASSES, _BATCH = 100, 8, 12, 8, 16
_SMALL, _NORMED, _SMALL_RESIDUAL, _NORMED_RESIDUAL = (
    *("plain, PyTorch's weights", "plain, batch norm"),
    *("residual, PyTorch's weights", "residual, batch norm"),
)
_NETS: dict[str, tuple[Kind, bool]] = {
    _SMALL: ("Bare", False),
    "plain, He's weights": ("Bare", True),
    _NORMED: ("Plain", True),
    _SMALL_RESIDUAL: ("BareResidual", False),
    _NORMED_RESIDUAL: ("Residual", True),
}
_VANISHED = 1e-3


@steady
def measure() -> Measurement:
    """One backward pass of each net before training, on gratings."""
    images, kinds = gratings(_BATCH, _SIDE, _CLASSES)
    found = {name: _norms(kind, he, images, kinds) for name, (kind, he) in _NETS.items()}
    layers = [2 * at + 1 for at in _places(len(found[_NORMED]))]
    table = Table(
        f"{_DEPTH} layers before training: norm of the gradient at the output of a layer, divided by that at layer {layers[-1]}",
        ("net", *[f"layer {layer}" for layer in layers]),
        tuple([(name, *[float(f"{norms[at]:.2g}") for at in _places(len(norms))]) for name, norms in found.items()]),
    )
    first = {name: norms[0] for name, norms in found.items()}
    because = (
        f"the gradient at layer 1, divided by that at layer {layers[-1]}, is {told(first[_SMALL])} in a plain net with "
        f"PyTorch's weights and {told(first[_NORMED])} in one with batch norm; in residual nets {told(first[_SMALL_RESIDUAL])} "
        f"and {told(first[_NORMED_RESIDUAL])}"
    )
    vanish = {name: ratio < _VANISHED for name, ratio in first.items()}
    parts = (vanish[_SMALL], vanish[_NORMED], not vanish[_SMALL_RESIDUAL] and not vanish[_NORMED_RESIDUAL])
    return Measurement((table,), verdict(*parts), because)


def _norms(kind: Kind, he: bool, images: Tensor, kinds: Tensor) -> list[float]:
    """At the output of the stem and of every block, divided by that of the last one."""
    network = stack(kind, _DEPTH, _SIDE, _WIDTH, _CLASSES)
    if not he:
        for convolution in convolutions(network):
            convolution.reset_parameters()
    outputs: list[Tensor] = []
    for module in network.modules():
        if isinstance(module, nn.ReLU):
            module.register_forward_hook(lambda _, __, output: outputs.append(output))
    loss = functional.cross_entropy(network(images), kinds)
    norms = [float(one.norm()) for one in torch.autograd.grad(loss, outputs[::2])]
    return [norm / norms[-1] for norm in norms]


def _places(count: int) -> list[int]:
    """Five of them, evenly."""
    return [round(part * (count - 1) / 4) for part in range(5)]
