"""Which layer's receptive field is the network's, and where it first is the whole input: on the way to the first output."""

import networkx
import pytest

import archlens
from archlens.analysis.sight import sight
from archlens.spec.load import shipped

TWO = "- {conv: 4 3x3 same, as: a}\n- {conv: 4 5x5 same, name: main, as: main}\n- {conv: 4 9x9 same, name: aux, from: a, as: aux}"
POOLED = TWO + "\n- {global_avg_pool: , from: main, name: pool}\n- {linear: 2, as: class}"
BRANCHES = """\
- conv: 4 3x3 same
- concat:
    near: [{conv: 4 5x5 same, name: near}]
    image: [{global_avg_pool: keepdim=true, name: mean}, upsample: size=9]
- {conv: 4 3x3 same, as: out}
- {conv: 4 7x7 same, name: aux, as: aux}"""
REACHES = """\
- conv: 4 3x3 same
- concat:
    {}: [{{conv: 4 {} same, name: conv}}]
    {}: [{{conv: 4 {} same, name: conv}}]
    image: [{{global_avg_pool: keepdim=true, name: mean}}, upsample: size=9]
- {{conv: 4 3x3 same, as: out}}"""

NETWORKS = {  # layers, outputs → the field, of which layer, and which one first sees all
    "the first of two": (TWO, "[main, aux]", 7, "main", None),
    "and the other way round": (TWO, "[aux, main]", 11, "aux", None),
    "a name for it changes nothing": (TWO, "{z: main, a: aux}", 7, "main", None),
    "what no output needs": (TWO, "[a]", 3, "conv", None),
    "a vector": (POOLED, "[class, aux]", 7, "main", "pool"),
    "a vector beside it": (POOLED, "[aux, class]", 11, "aux", None),
    "a branch that sees all": (BRANCHES, "[out, aux]", 7, "near/near", "image/mean"),
    "the branch that sees furthest": (REACHES.format("near", "3x3", "far", "5x5"), "[out]", 7, "far/conv", "image/mean"),
    "wherever it stands": (REACHES.format("far", "5x5", "near", "3x3"), "[out]", 7, "far/conv", "image/mean"),
    "of equals the last": (REACHES.format("a", "5x5", "b", "5x5"), "[out]", 7, "b/conv", "image/mean"),
    "an input": (TWO, "[input, main]", None, None, None),
    "no map": ("- {global_avg_pool: , name: pool, as: p}\n- {conv: 4 3x3, from: input, as: c}", "[p, c]", None, None, "pool"),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_way_to_the_first_output_decides(name):
    layers, outputs, size, trunk, whole = NETWORKS[name]
    lines = "\n".join(f"  {line}" for line in layers.splitlines())
    net = archlens.load_text(f"archlens: 1\ninput: 3x9x9\nlayers:\n{lines}\noutputs: {outputs}\n")
    found = net.analyze()
    paths = [None if number is None else found.layers[number].path for number in (found.trunk, found.whole_from)]
    assert (found.totals.receptive_field, *paths) == (size and (size, size), trunk, whole)
    if trunk is None:
        with pytest.raises(archlens.UsageError, match="no layer"):
            sight(net.graph)
    else:
        assert sight(net.graph).path == trunk


@pytest.mark.parametrize("name", [name for name in shipped() if len(archlens.load(name).spec.outputs) > 1])
def test_of_shipped_networks_too(name):
    """networkx says what an output depends on."""
    net = archlens.load(name)
    graph, found = net.graph.to_networkx(), net.analyze()
    main = graph.graph["outputs"][next(iter(found.outputs))]
    way = {main, *networkx.ancestors(graph, main)}
    assert found.layers[found.trunk].path in way
    assert found.whole_from is None or found.layers[found.whole_from].path in way
    maps = [x for x in found.layers if x.path in way and len(x.output_shapes[0]) > 2 and not all(x.receptive_field.whole)]
    after = {x.path: networkx.descendants(graph, x.path) for x in maps}
    last = [x for x in maps if not any(other.path in after[x.path] for other in maps)]
    assert found.totals.receptive_field == max([x.receptive_field.size for x in last])


def recurrence(*windows):
    """r and the jump behind windows K, S, D, each so many times (Araujo, Norris & Sim 2019)."""
    size = jump = 1
    for times, kernel, stride, dilation in windows:
        for _ in range(times):
            size, jump = size + dilation * (kernel - 1) * jump, jump * stride
    return size, jump


DARKNET = [(1, 3, 1, 1), *[row for n in (1, 2, 8, 8, 4) for row in ((1, 3, 2, 1), (n, 3, 1, 1))]]
RESNET = [(1, 7, 2, 1), (1, 3, 2, 1), (3, 3, 1, 1), (1, 3, 2, 1), (3, 3, 1, 1)]
DILATED = [(1, 3, 1, 1), (5, 3, 1, 2), (1, 3, 1, 2), (2, 3, 1, 4)]


@pytest.mark.parametrize(
    ("name", "windows", "field"),
    [
        ("deeplabv3_resnet50", [*RESNET, *DILATED, (1, 3, 1, 36)], (1003, 8)),  # where the mean over the map is joined, all
        ("yolov3", [*DARKNET, (3, 3, 1, 1)], (917, 32)),
    ],
)
def test_the_field_of_the_main_output_by_the_recurrence(name, windows, field):
    found = archlens.load(name).analyze()
    trunk = found.layers[found.trunk].receptive_field
    assert recurrence(*windows) == field == (trunk.size[0], trunk.jump[0])
    assert found.totals.receptive_field == (field[0],) * 2
