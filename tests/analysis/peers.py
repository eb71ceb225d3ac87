"""The tools whose habits archlens knows, run on the network that `archlens.pytorch` builds, on the CPU, for inference.

They do not agree with themselves on the meta device: torch's own Python code for it is counted, or hides a convolution.
"""

from __future__ import annotations

import contextlib
import io
import logging
import warnings

import torch
from torch import Tensor, nn
from torch.nn import functional

from archlens.graph.model import Graph, Node
from archlens.layers import Layer
from archlens.pytorch import helpers
from archlens.pytorch.build import BuiltNetwork, build
from tests.layers.running import quiet
from tests.layers.vision import torchvision

torchvision()  # ptflops would import one built for another torch, and fail
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # they use what torch and Python advise against
    import ptflops
    import thop
    from fvcore.nn import FlopCountAnalysis

__all__ = ["TOOLS", "fvcore_counts", "one_layer"]


def one_layer(layer: Layer, shapes: tuple[tuple[int, ...], ...]) -> Graph:
    """A network of one layer."""
    outputs = layer.output_shapes(*shapes)
    ins, outs = range(len(shapes)), range(len(shapes), len(shapes) + len(outputs))
    node = Node("layer", layer, tuple(ins), tuple(outs), shapes, outputs, "layer", True, None)
    inputs, producers = {f"x{number}": number for number in ins}, (*[-1 for _ in ins], *[0 for _ in outs])
    return Graph("one", "", None, (node,), (*shapes, *outputs), producers, inputs, {"y": len(shapes)}, {}, (), {}, ())


def tensors(graph: Graph) -> dict[str, Tensor]:
    """Something for every input; zeros are indices too."""
    looked_up = {number for node in graph.nodes if node.layer.type_name == "embedding" for number in node.inputs}
    kinds = {name: torch.int64 if number in looked_up else torch.float32 for name, number in graph.inputs.items()}
    return {name: torch.zeros(graph.shapes[number], dtype=kinds[name]) for name, number in graph.inputs.items()}


def built(graph: Graph) -> BuiltNetwork:
    """The network without initial values, which nothing here depends on."""
    network = build(graph, device="meta").to_empty(device="cpu").eval()
    for buffer in network.buffers():
        buffer.zero_()  # they may be indices
    return network


@quiet
def fvcore_counts(graph: Graph) -> dict[str, int]:
    """fvcore's figure for every module by its name, that of the network by "". It does not say here what it does not know."""
    logging.getLogger("fvcore").setLevel(logging.ERROR)
    return FlopCountAnalysis(built(graph), tuple(tensors(graph).values())).by_module()


@quiet
def ptflops_total(graph: Graph) -> int:
    given, network = tensors(graph), by_hand(built(graph))
    with contextlib.redirect_stdout(io.StringIO()) as said:
        found, _ = ptflops.get_model_complexity_info(
            network, (1,), print_per_layer_stat=False, as_strings=False, input_constructor=lambda _: given
        )
    assert found is not None, said.getvalue()
    return found


@quiet
def thop_total(graph: Graph) -> int:
    found, _ = thop.profile(by_hand(built(graph)), tuple(tensors(graph).values()), verbose=False)
    assert found == int(found)
    return int(found)


TOOLS = {"fvcore": lambda graph: fvcore_counts(graph)[""], "ptflops": ptflops_total, "thop": thop_total}
"""By name of the policy, the total of a graph."""


# ---- the same network as a person writes it: ptflops and thop only see what is exactly of torch's own class ----


def by_hand(network: BuiltNetwork) -> BuiltNetwork:
    """`network` with torch's own modules where archlens derives classes from them."""
    for at, step in enumerate(network.steps):
        module = _by_hand(step.module)
        network.steps[at] = step._replace(module=module)
        scope, _, name = step.path.replace("/", ".").rpartition(".")
        network.get_submodule(scope)._modules[name] = module
    return network


def _by_hand(module: nn.Module) -> nn.Module:
    if hasattr(module, "border"):
        return Bordered(module)
    if isinstance(module, helpers.MultiheadAttention):
        return Attention(module)
    return Recurrence(module) if isinstance(module, nn.RNNBase) else module


class Inner(nn.Module):
    """A module of torch's own class within another."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        module.__class__ = type(module).__bases__[0]
        self.inner = module


class Bordered(Inner):
    def forward(self, x: Tensor) -> Tensor:
        return self.inner(functional.pad(x, **self.inner.border))


class Recurrence(Inner):
    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        y, states = self.inner(x)
        last = -2 if self.inner.bidirectional else -1
        return y, *[torch.cat([*state[last:]], dim=-1) for state in (states if isinstance(states, tuple) else (states,))]


class Attention(Inner):
    def forward(self, query: Tensor, key: Tensor | None = None, value: Tensor | None = None) -> Tensor:
        key = query if key is None else key
        value = key if value is None else value
        lead = query.shape[:-2]
        flat = [x.expand(*lead, *x.shape[-2:]).flatten(0, -3) for x in (query, key, value)]
        mask = torch.ones(query.shape[-2], key.shape[-2], dtype=torch.bool).triu(1) if self.inner.is_causal else None
        return self.inner(*flat, need_weights=False, attn_mask=mask)[0].unflatten(0, lead)
