"""What the name of a layer means: paths, blocks, names of tensors, ends of paths, globs."""

import pytest

from archlens.errors import UsageError
from archlens.graph.find import Found, find_layer, find_layers

BLOCKS = "Pair(width):\n  - conv: width 3x3 same\n  - relu\n"
LAYERS = """
- conv: 8 3x3 same
  name: stem
  as: mark
- Pair: 8
  name: a
- Pair: 8
  name: b
- add: [prev, mark]
  as: both
- relu:
  name: conv
"""
# stem, a/conv, a/relu, b/conv, b/relu, add, conv


@pytest.fixture
def graph(net):
    return net(LAYERS, blocks=BLOCKS).graph


@pytest.mark.parametrize(
    ("name", "layers", "block"),
    [
        ("stem", (0,), None),
        ("a/conv", (1,), None),
        ("conv", (6,), None),  # a path before the ends of others
        ("a", (1, 2), "a"),
        ("b/", (3, 4), "b"),
        ("mark", (0,), None),
        ("both", (5,), None),
        ("*/relu", (2, 4), None),
        ("[ab]/conv", (1, 3), None),
        ("*", (0, 1, 2, 3, 4, 5, 6), None),
    ],
)
def test_what_a_name_means(graph, name, layers, block):
    assert find_layers(graph, name) == Found(layers, block)


def test_ends_of_paths(net):
    inner = "Outer():\n  - Pair: 8\n    name: pair\n  - conv: 4 1x1\n    name: last\n" + BLOCKS
    graph = net("- Outer:\n  name: net\n", blocks=inner).graph  # net/pair/conv, net/pair/relu, net/last
    assert find_layers(graph, "relu") == Found((1,))
    assert find_layers(graph, "pair/conv") == Found((0,))
    assert find_layers(graph, "pair") == Found((0, 1), "net/pair")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("relu", "`relu` means 2 layers of .*: a/relu, b/relu; write the path of one"),
        ("stm", "has no layer `stm`; did you mean `stem`?"),
        ("bothh", "has no layer `bothh`; did you mean `both`?"),
        ("a/rellu", "has no layer `a/rellu`; did you mean `a/relu`?"),
        ("c/*", r"has no layer `c/\*`; "),
        ("input", "has no layer `input`; "),
        ("", "has no layer ``; "),
    ],
)
def test_what_means_nothing_or_too_much(graph, name, message):
    with pytest.raises(UsageError, match=message):
        find_layers(graph, name)


def test_one_layer(graph):
    assert find_layer(graph, "a").path == "a/relu", "the last of a block"
    assert find_layer(graph, "mark").path == "stem"
    with pytest.raises(UsageError, match=r"`\*/conv` means 2 layers of .*: a/conv, b/conv; write the path of one"):
        find_layer(graph, "*/conv")
