"""What kind of layer a node is, as far as several rules ask."""

from __future__ import annotations

from archlens.graph.model import Node

__all__ = ["is_activation", "is_depthwise", "is_norm", "is_pointwise_conv", "keeps_places", "passes_on"]


def is_norm(node: Node) -> bool:
    """Whether it brings values to mean 0 and variance 1, or to length 1: not local response normalization, which only damps."""
    return node.layer.family == "normalization" and node.layer.type_name != "local_response_norm"


def is_activation(node: Node) -> bool:
    """Whether it is a nonlinear function without weights (or with few, as `prelu`); softmax and `glu` are among them."""
    return node.layer.family == "activation" and node.layer.type_name != "identity"


def passes_on(node: Node) -> bool:
    """Whether at inference what goes in comes out: dropout, identity."""
    return node.layer.family == "regularization" or node.layer.type_name == "identity"


def keeps_places(node: Node) -> bool:
    """Whether it has no weights of note and leaves every value in its place: activations, norms, dropout, identity."""
    return passes_on(node) or is_activation(node) or is_norm(node)


def is_depthwise(node: Node) -> bool:
    """Whether it is a convolution that mixes no channels."""
    if node.layer.type_name == "conv":
        return bool(node.layer.arguments["groups"] == node.input_shapes[0][1] > 1)
    return node.layer.type_name == "depthwise_conv"


def is_pointwise_conv(node: Node) -> bool:
    """Whether it is a convolution 1×1 (1, 1×1×1) that mixes all channels."""
    if node.layer.type_name != "conv" or node.layer.arguments["groups"] != 1:
        return False
    kernel = node.layer.arguments["kernel_size"]
    return kernel == 1 or (isinstance(kernel, tuple) and set(kernel) == {1})
