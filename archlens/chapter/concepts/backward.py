"""What a step of training computes: forward, for the weights, for the input."""

from __future__ import annotations

from collections.abc import Iterator

from archlens.analysis.gradients import gradient_flow
from archlens.analysis.lesson import Cell, Table
from archlens.chapter.small import called, changed, table
from archlens.network import Network, load

__all__ = ["FORMULA", "SECTION", "TEACHES", "tables"]

SECTION = "12.2"
TEACHES = (
    "The backward pass of a convolution is two more, one for its weights and one for its input, each with as many "
    "multiply–accumulates as the forward pass: a step of training is about three times an inference. The first layer needs no "
    "gradient for the image, and the backward pass stops where nothing before learns; a frozen layer above what learns "
    "still hands the gradient on."
)
FORMULA = (
    "forward  MACs = K² · C_in · C_out · H_out · W_out",
    "dW = valid cross-correlation of the input with the gradient                  as many",
    "dX = full cross-correlation of the gradient with the kernel flipped          as many",
    "     at stride S with S − 1 zeros put between the values of the gradient",
)

_NETWORKS = ("lenet5", "alexnet", "vgg16", "resnet50", "mobilenet_v1", "vit_b16")
_FROZEN = {
    "everything": "[]",
    "stage 4 and the head": '["*", "!stage4", "!head"]',
    "the head": '["*", "!head"]',
    "the stem": '["*", "!stem"]',
}


def tables() -> tuple[Table, ...]:
    """LeNet-5 by layer, whole networks, and one that is frozen in part."""
    layers = ("layer", "forward MACs", "for the weights", "for the input", "backward MACs", "backward / forward")
    whole = ("network", "forward MACs", "backward MACs", "backward / forward")
    frozen = ("what learns", "params that learn", "forward MACs", "backward MACs", "backward / forward")
    learning = [(what, changed("resnet50", f"freeze: {globs}")) for what, globs in _FROZEN.items()]
    return (
        table("LeNet-5, layer by layer", layers, _layers(load("lenet5"))),
        table("whole networks", whole, [(called(load(name).analyze()), *_passes(load(name))) for name in _NETWORKS]),
        table(
            "ResNet-50, frozen but for a part",
            frozen,
            [(what, one.analyze().totals.trainable_params, *_passes(one)) for what, one in learning],
        ),
    )


def _layers(network: Network) -> Iterator[tuple[Cell, ...]]:
    """dW and dX of each product: its backward pass when only the one is asked for."""
    facts = network.analyze().layers
    for node, layer, flow in zip(network.graph.nodes, facts, gradient_flow(network.graph), strict=True):
        if layer.macs and flow:
            weights, back = [
                node.layer.backward_macs(*node.input_shapes, trained=trained, wanted=wanted)
                for trained, wanted in ((flow.trained, (False,)), (False, flow.wanted))
            ]
            yield layer.path, layer.macs, weights, back, weights + back, (weights + back) / layer.macs


def _passes(network: Network) -> tuple[Cell, ...]:
    analysis = network.analyze()
    forward, backward = analysis.totals.macs, sum(analysis.training.backward_macs)
    return forward, backward, backward / forward
