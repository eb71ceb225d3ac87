"""Memory against torch, to the byte: random graphs of real layers, run while every storage is watched."""

import os
from random import Random

import pytest
import torch

import archlens
from archlens.analysis.memory import activation_memory
from archlens.analysis.training import saved_bytes
from archlens.layers import (
    ELU,
    GELU,
    AdaptiveAvgPool,
    Add,
    AvgPool,
    BatchNorm,
    Concat,
    Conv,
    Dropout,
    Flatten,
    GlobalAvgPool,
    GlobalMaxPool,
    Hardswish,
    Identity,
    Layer,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPool,
    Multiply,
    Pad,
    PReLU,
    ReLU,
    Reshape,
    RReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softsign,
    Tanhshrink,
    Upsample,
)
from archlens.layers.windows import rearranged
from tests.analysis.networks import Network
from tests.analysis.torch_memory import measured_peak, measured_saved

COUNT = int(os.environ.get("ARCHLENS_EXAMPLES", "150"))


class Swap(Layer):
    """The first two axes after the batch exchanged: a view that is not contiguous."""

    torch_name = "torch.transpose"
    is_view = True

    def output_shapes(self, x):
        return ((x[0], x[2], x[1], *x[3:]),)

    def rearranges(self, x):
        return rearranged([[n] for n in x[1:]], [[1], [0], *[[i] for i in range(2, len(x) - 1)]])

    def torch_kwargs(self, x):
        return {"dim0": 1, "dim1": 2}

    def saves(self, *inputs, trained, wanted):
        return Identity().saves(*inputs, trained=trained, wanted=wanted)


class ChannelsLast(Swap):
    """Channels to the end: the layout of tokens."""

    torch_name = "torch.movedim"

    def output_shapes(self, x):
        return ((x[0], *x[2:], x[1]),)

    def rearranges(self, x):
        return rearranged([[n] for n in x[1:]], [*[[i] for i in range(1, len(x) - 1)], [0]])

    def torch_kwargs(self, x):
        return {"source": 1, "destination": -1}


class FirstHalf(Swap):
    """A slice along the channels."""

    torch_name = "torch.narrow"

    def output_shapes(self, x):
        return ((x[0], -(-x[1] // 2), *x[2:]),)

    def rearranges(self, x):
        return None

    def torch_kwargs(self, x):
        return {"dim": 1, "start": 0, "length": -(-x[1] // 2)}


MAPS = [
    lambda r: Conv(r.randint(2, 9), r.choice([1, 3]), padding="same", groups=1, bias=r.random() < 0.5),
    lambda r: Conv(r.randint(2, 9), 2, padding=((0, 1), (1, 0))),
    lambda r: MaxPool(2, stride=1),
    lambda r: MaxPool(2, stride=1, padding=((0, 1), (0, 1))),
    lambda r: AvgPool(3, stride=1, padding=1),
    lambda r: AdaptiveAvgPool((4, 3)),
    lambda r: GlobalAvgPool(keepdim=True),
    lambda r: Upsample(size=(r.randint(2, 9), r.randint(2, 9))),
    lambda r: Pad(1),
    lambda r: LocalResponseNorm(3),
    lambda r: BatchNorm(track_running_stats=True),
    lambda r: Swap(),
    lambda r: ChannelsLast(),
    lambda r: FirstHalf(),
    lambda r: Flatten(),
    lambda r: Flatten(1, 2),
    lambda r: Flatten(2),
    lambda r: GlobalMaxPool(),
]
TOKENS = [lambda r: Swap(), lambda r: Linear(r.randint(2, 9), bias=False), lambda r: Flatten(), lambda r: FirstHalf()]
VECTORS = [lambda r: Linear(r.randint(2, 40)), lambda r: FirstHalf()]
ANY = [
    lambda r: ReLU(inplace=r.random() < 0.5),
    lambda r: LeakyReLU(inplace=r.random() < 0.5),
    lambda r: ELU(inplace=r.random() < 0.5),
    lambda r: SiLU(inplace=r.random() < 0.5),
    lambda r: Hardswish(inplace=r.random() < 0.5),
    lambda r: RReLU(),
    lambda r: Sigmoid(),
    lambda r: GELU(),
    lambda r: PReLU(),
    lambda r: Softmax(1),
    lambda r: Softsign(),
    lambda r: Tanhshrink(),
    lambda r: Dropout(inplace=r.random() < 0.5),
    lambda r: Identity(),
    lambda r: Reshape(-1),
]


def grown(seed, steps=12):
    """A random graph of up to three inputs and outputs; axes of size 1 are left to the chance of pooling."""
    random = Random(seed)
    net = Network(*((random.randint(4, 7), random.randint(4, 7)) for _ in range(random.randint(1, 2))))
    for i, shape in enumerate(net.shapes):
        net.shapes[i] = (random.randint(2, 3) if i == 0 else net.shapes[0][0], random.randint(2, 5), *shape[2:])
    for _ in range(steps):
        at = random.choice(range(max(0, len(net.shapes) - 4), len(net.shapes)))
        shape = net.shapes[at]
        alike = [other for other, one in enumerate(net.shapes) if one == shape]
        if random.random() < 0.25:
            kind = random.choice([Add, Multiply, Concat])
            net.layer(kind(), at, *random.choices(alike, k=random.randint(1, 3)))
            continue
        moves = ANY + 3 * {4: MAPS, 3: TOKENS, 2: VECTORS}.get(len(shape), [])
        layer = random.choice(moves)(random)
        if fits(layer, shape):
            net.layer(layer, at)
    graph = net.graph()
    outputs = random.sample(range(len(net.shapes)), random.randint(1, min(3, len(net.shapes))))
    return graph._replace(outputs={f"output{tensor}": tensor for tensor in outputs})


def fits(layer, shape):
    """Whether the layer can take it, and torch's statistics make sense."""
    if isinstance(layer, MaxPool | AvgPool | Conv | Upsample | Pad | LocalResponseNorm) and min(shape[1:]) < 2:
        return False
    return not (isinstance(layer, BatchNorm) and min(shape[1:]) < 2)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_peaks(dtype):
    views = 0
    for seed in range(COUNT):
        graph = grown(seed)
        assert activation_memory(graph, dtype.itemsize).peak.bytes == measured_peak(graph, dtype), f"seed {seed}"
        views += any(isinstance(node.layer, Swap) for node in graph.nodes)
    assert views > COUNT // 2


def test_saved_for_the_backward_pass():
    """Some layers frozen. What is written over while another layer needs it makes torch refuse the backward pass only."""
    for seed in range(COUNT):
        graph = grown(seed)
        random = Random(seed)
        graph = graph._replace(nodes=tuple([node._replace(trainable=random.random() < 0.6) for node in graph.nodes]))
        assert saved_bytes(graph) == measured_saved(graph), f"seed {seed}"


RESIDUAL = """
- conv: 8 3x3 same bias=false
- batch_norm
- relu: inplace={inplace}
- add:
    main: [conv: 8 3x3 same bias=false, batch_norm, relu: inplace={inplace}, conv: 8 3x3 same bias=false, batch_norm]
    shortcut: []
- relu: inplace={inplace}
- multiply:
    map: []
    gate: [global_avg_pool: keepdim=true, conv: 2 1x1, silu: inplace={inplace}, conv: 8 1x1, sigmoid]
- global_avg_pool
- dropout
- linear: 10
"""


@pytest.mark.parametrize("inplace", ["true", "false"])
def test_a_residual_and_a_gated_block(inplace, net):
    graph = net(RESIDUAL.format(inplace=inplace), input="3x16x16").graph
    assert activation_memory(graph).peak.bytes == measured_peak(graph)
    assert saved_bytes(graph) == measured_saved(graph)


@pytest.mark.parametrize("name", ["lenet5", "alexnet", "googlenet_2014", "resnet18", "mobilenet_v1"])
def test_shipped_networks(name):
    graph = archlens.load(name, batch=2).graph
    assert activation_memory(graph).peak.bytes == measured_peak(graph)
    assert saved_bytes(graph) == measured_saved(graph)


def test_a_frozen_trunk_saves_nothing(tmp_path):
    path = tmp_path / "frozen.yaml"
    layers = "layers: [{conv: 8 3x3 same}, relu, {max_pool: 2x2}, flatten, {linear: 10, name: head}]"
    path.write_text(f"archlens: 1\ninput: 3x8x8\nfreeze: ['*', '!head']\n{layers}\n")
    assert saved_bytes(archlens.load(str(path)).graph) == 4 * 8 * 4 * 4  # the head's input
