"""Deep networks of equal blocks, plain and residual, as specs: what is trained where depth is the question."""

from __future__ import annotations

from typing import Literal, TypeAlias

import torch
from torch import nn

from archlens.graph.build import build as graph_of
from archlens.pytorch.build import BuiltNetwork, build
from archlens.spec.load import spec_of_text

__all__ = ["Kind", "convolutions", "stack"]

Kind: TypeAlias = Literal["Bare", "Plain", "BareResidual", "Residual"]
"""Blocks of two convolutions 3×3; with batch norm but for the bare ones; with the input added but for the plain."""

_SPEC = """
archlens: 1
input: 1x{side}x{side}
params: {{width: {width}, classes: {classes}}}
blocks:
  Bare(out):
    - conv: out 3x3 same bias=false
    - relu
    - conv: out 3x3 same bias=false
    - relu
  Plain(out):
    - conv: out 3x3 same bias=false
    - batch_norm
    - relu
    - conv: out 3x3 same bias=false
    - batch_norm
    - relu
  BareResidual(out):
    - add:
        main: [{{conv: out 3x3 same bias=false}}, relu, {{conv: out 3x3 same bias=false}}]
        shortcut: []
    - relu
  Residual(out):
    - add:
        main: [{{conv: out 3x3 same bias=false}}, batch_norm, relu, {{conv: out 3x3 same bias=false}}, batch_norm]
        shortcut: []
    - relu
layers:
  - conv: width 3x3 same bias=false
  - batch_norm
  - relu
  - {kind}: width
    name: block
    repeat: {blocks}
  - global_avg_pool
  - linear: classes
    name: head
"""


def stack(kind: Kind, depth: int, side: int, width: int, classes: int, dtype: torch.dtype | None = None) -> BuiltNetwork:
    """A stem, depth / 2 − 1 blocks and a classifier: `depth` layers with weights; convolutions as He et al. 2015 draw them."""
    text = _SPEC.format(kind=kind, side=side, width=width, classes=classes, blocks=depth // 2 - 1)
    network = build(graph_of(spec_of_text(text)), dtype=dtype)
    for convolution in convolutions(network):
        nn.init.kaiming_normal_(convolution.weight, mode="fan_out", nonlinearity="relu")
    return network


def convolutions(network: nn.Module) -> list[nn.Conv2d]:
    """In the order they run."""
    return [one for one in network.modules() if isinstance(one, nn.Conv2d)]
