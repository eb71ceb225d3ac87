"""darknet's `ops`, printed as "Floating Point Operations" and, by layer, BFLOPs: 2 per multiply–accumulate of one image.

The rule is `numops` in examples/darknet.c of github.com/pjreddie/darknet: convolutional, connected and recurrent layers. Its
convolutions are 2-D and its connected layers take one vector; for others the same is counted.
"""

from __future__ import annotations

from archlens.analysis.policies.rules import NOWHERE, Part, Policy, Shapes, table
from archlens.layers.base import Layer

__all__ = ["POLICY"]

_DOUBLE = "a multiply–accumulate is 2 operations"


def _double(layer: Layer, inputs: Shapes, outputs: Shapes) -> list[Part]:
    macs = layer.macs(*inputs)
    return [Part("", macs), Part(_DOUBLE, macs)]


def _one_step(layer: Layer, inputs: Shapes, outputs: Shapes) -> list[Part]:
    macs = layer.macs(*inputs)
    step = macs // inputs[0][1]  # the sequence is part of darknet's batch
    return [Part("", macs), Part("one step of the sequence counts", step - macs), Part(_DOUBLE, step)]


POLICY = Policy(
    name="darknet",
    version="2018, examples/darknet.c",
    unit="FLOPs",
    about="2 per multiply–accumulate of convolutional, connected and recurrent layers, and nothing else; its BFLOPs",
    rules=table(
        {"conv depthwise_conv linear": _double, "rnn gru lstm": _one_step},
        NOWHERE + "conv_transpose locally_connected matmul multihead_attention "
        "max_pool avg_pool lp_pool adaptive_avg_pool adaptive_max_pool upsample "
        "batch_norm layer_norm group_norm instance_norm local_response_norm "
        "relu relu6 leaky_relu prelu elu gelu silu softmax",
    ),
    single=True,
)
