"""Random networks of real layers, for questions about the graph: chains, forks, joins, views, several outputs."""

from __future__ import annotations

from random import Random

from archlens.graph.model import Graph
from archlens.layers import Add, Concat, Conv, Dropout, Flatten, GlobalAvgPool, Linear, Multiply, ReLU
from tests.analysis.networks import Network

__all__ = ["random_graph"]


def random_graph(random: Random, steps: int = 14) -> Graph:
    """A graph of `steps` layers or fewer, at most three inputs and three outputs; some tensors nobody reads."""
    net = Network(*((6, 5) for _ in range(random.randint(1, 3))))
    for _ in range(steps):
        _grow(net, random, random.choice(range(max(0, len(net.shapes) - 5), len(net.shapes))))
    graph = net.graph()
    outputs = random.sample(range(len(net.shapes)), random.randint(1, min(3, len(net.shapes))))
    return graph._replace(outputs={f"output{tensor}": tensor for tensor in outputs})


def _grow(net: Network, random: Random, tensor: int) -> None:
    """One more layer that reads `tensor`."""
    is_map = len(net.shapes[tensor]) == 4
    alike = [other for other, shape in enumerate(net.shapes) if shape == net.shapes[tensor]]
    others = random.choices(alike, k=random.randint(1, 2))
    move = random.choice(["join", "join", "concat", "relu", "dropout", "dropout", "shrink", "weigh", "weigh", "weigh"])
    if move == "join":
        net.layer(random.choice([Add(), Multiply()]), tensor, *others)
    elif move == "concat":
        net.layer(Concat(), tensor, *others)
    elif move == "relu":
        net.layer(ReLU(), tensor)
    elif move == "dropout":
        net.layer(Dropout(), tensor)
    elif move == "shrink" and is_map:
        net.layer(random.choice([Flatten(), GlobalAvgPool()]), tensor)
    elif is_map:
        net.layer(Conv(random.randint(1, 4), 1), tensor)
    else:
        net.layer(Linear(random.randint(1, 20)), tensor)
