"""Totals as sums: the parts add up."""

import pytest

import archlens
from archlens.analysis.parts import parts_of


@pytest.mark.parametrize("name", ["vgg16", "resnet50", "googlenet_2014", "mlp", "fc_200"])
@pytest.mark.parametrize("figure", ["params", "macs", "activations"])
def test_the_parts_add_up(name, figure):
    analysis = archlens.load(name).analyze()
    parts = parts_of(analysis.layers, figure)
    assert sum(part.value for part in parts) == getattr(analysis.totals, figure)
    assert [part.value for part in parts] == sorted((part.value for part in parts), reverse=True)
    assert all(part.value > 0 for part in parts)
    assert len({part.path for part in parts}) == len(parts)
    assert all("/" not in part.path for part in parts)


def test_the_parts_of_a_block():
    """He et al., table 1: a stage's blocks; the projection of the first one costs 64·256 + 2·256 more."""
    analysis = archlens.load("resnet50").analyze()
    inside = [layer for layer in analysis.layers if layer.path.startswith("stage1/")]
    parts = {part.path: part.value for part in parts_of(inside, "params", "stage1")}
    plain = 256 * 64 + 9 * 64 * 64 + 64 * 256 + 2 * (64 + 64 + 256)
    first = 64 * 64 + 9 * 64 * 64 + 64 * 256 + 2 * (64 + 64 + 256) + 64 * 256 + 2 * 256
    assert parts == {"stage1/Bottleneck1": first, "stage1/Bottleneck2": plain, "stage1/Bottleneck3": plain}


def test_a_lone_block_is_gone_into():
    blocks = "archlens: 1\nname: Lone\ninput: 3x8x8\nblocks:\n  Net():\n    - conv: 4 3x3\n    - conv: 8 3x3\nlayers:\n  - Net\n"
    parts = parts_of(_analysis(blocks).layers, "params")
    assert [(part.path, part.value, part.is_block) for part in parts] == [
        ("Net/conv2", 8 * 37, False),
        ("Net/conv1", 4 * 28, False),
    ]


def _analysis(text):
    from archlens.analysis.run import analyze
    from archlens.errors import Source
    from archlens.graph.build import build
    from archlens.spec.faults import Faults
    from archlens.spec.parse import parse_root, parse_spec

    source, faults = Source("test", text), Faults()
    return analyze(build(parse_spec(source, parse_root(source, faults), None, faults)))
