"""What rules ask of a network, held against networkx."""

from __future__ import annotations

from pathlib import Path
from random import Random

import networkx

import archlens
from archlens.rules.subject import Subject
from tests.fuzz.networks import random_spec


def every_way_passes(subject: Subject) -> set[int]:
    """The layers without which no input reaches an output, each tried by taking it away."""
    graph = networkx.DiGraph()
    for number, node in enumerate(subject.nodes):
        graph.add_node(number)
        for tensor in node.inputs:
            producer = subject.graph.producers[tensor]
            graph.add_edge(producer if producer >= 0 else "in", number)
    for tensor in subject.outputs:
        producer = subject.graph.producers[tensor]
        graph.add_edge(producer if producer >= 0 else "in", "out")
    graph.add_nodes_from(["in", "out"])
    return {
        number
        for number in range(len(subject.nodes))
        if networkx.has_path(graph, "in", "out")
        and not networkx.has_path(graph.subgraph([node for node in graph if node != number]), "in", "out")
    }


def test_bridges_are_the_layers_without_which_nothing_arrives(tmp_path: Path) -> None:
    seen = [0, 0]
    networks = [archlens.load(name) for name in ("googlenet_2014_training", "unet", "densenet121", "vit_b16", "ssd300")]
    for seed in range(25):
        text = random_spec(Random(seed), tmp_path / "spec.yaml")
        networks += [archlens.load_text(text)]
    for network in networks:
        subject = Subject(network.graph, network.analyze())
        wanted = every_way_passes(subject)
        assert subject.bridges == wanted
        seen[0] += len(wanted)
        seen[1] += len(subject.nodes) - len(wanted)
    assert min(seen) > 100, seen
