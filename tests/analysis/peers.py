"""The tools whose habits archlens knows, run on the network that `archlens.pytorch` builds, on the CPU, for inference.

They do not agree with themselves on the meta device: torch's own Python code for it is counted, or hides a convolution.
"""

from __future__ import annotations

import logging
import warnings

import torch

from archlens.analysis.policies.recount import policy_named
from archlens.graph.model import Graph, Node
from archlens.layers import Layer
from archlens.pytorch.build import build
from archlens.pytorch.devices import example_inputs
from archlens.pytorch.peers import count_by_peer
from tests.layers.running import quiet
from tests.layers.vision import torchvision

torchvision()  # ptflops would import one built for another torch, and fail
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it uses what torch and Python advise against
    from fvcore.nn import FlopCountAnalysis

__all__ = ["TOOLS", "fvcore_counts", "one_layer"]


def one_layer(layer: Layer, shapes: tuple[tuple[int, ...], ...]) -> Graph:
    """A network of one layer."""
    outputs = layer.output_shapes(*shapes)
    ins, outs = range(len(shapes)), range(len(shapes), len(shapes) + len(outputs))
    node = Node("layer", layer, tuple(ins), tuple(outs), shapes, outputs, "layer", True, None)
    inputs, producers = {f"x{number}": number for number in ins}, (*[-1 for _ in ins], *[0 for _ in outs])
    graph = Graph("one", "", None, (node,), (*shapes, *outputs), producers, inputs, {"y": len(shapes)}, {}, (), {}, ())
    return graph._replace(integers=frozenset(layer.integer_inputs))


@quiet
def fvcore_counts(graph: Graph) -> dict[str, int]:
    """fvcore's figure for every module by its name, that of the network by "". It does not say here what it does not know."""
    logging.getLogger("fvcore").setLevel(logging.ERROR)
    network = build(graph, device="meta").to_empty(device="cpu").eval()
    for buffer in network.buffers():
        buffer.zero_()  # they may be indices; nothing here depends on the others
    return FlopCountAnalysis(network, tuple(example_inputs(graph, torch.device("cpu"), torch.float32))).by_module()


def _asked(policy: str):
    return lambda graph: count_by_peer(graph, policy_named(policy), "cpu")


TOOLS = {"fvcore": lambda graph: fvcore_counts(graph)[""], "ptflops": _asked("ptflops"), "thop": _asked("thop")}
"""By name of the policy, the total of a graph."""
