"""Diagrams of small networks."""

import pytest

from archlens.report.diagram.fold import diagram
from tests.diagram.properties import check


@pytest.fixture
def drawn(net):
    """`drawn(layers, level, …)`: the diagram of a network, which holds what every diagram does."""

    def draw(layers, level="layer", fold=(), unfold=(), **keys):
        network = net(layers, **keys)
        found = diagram(network.graph, network.analyze(), level, fold, unfold)
        check(found, network.graph, network.analyze())
        return found

    return draw
