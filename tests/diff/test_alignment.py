"""Which layer is which: what was done to a network is what its difference says, no more."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

import archlens
from archlens.analysis.edits import common
from tests.diff.networks import adds_up, diff, flat, kinds, own, random_line, spec
from tests.shipped import NETWORKS

CHANGES = 150


def edited(random: Random, lines: list[str]) -> tuple[list[str], str]:
    """One line put in, taken out or replaced, and which of these."""
    new, at = list(lines), random.randrange(len(lines))
    done = random.choice(["added", "removed", "changed"] if len(lines) > 1 else ["added", "changed"])
    if done == "removed":
        del new[at]
    else:
        fresh = random_line(random)
        while done == "changed" and fresh == lines[at]:
            fresh = random_line(random)
        new[at : at + (done == "changed")] = [fresh]
    return new, done


def test_one_edit_of_a_flat_network_is_one_row() -> None:
    for seed in range(CHANGES):
        random = Random(seed)
        lines = [random_line(random) for _ in range(random.randint(1, 20))]
        new, done = edited(random, lines)
        there, back = diff(flat(lines), flat(new)), diff(flat(new), flat(lines))
        assert kinds(there) == [done], (seed, lines, new)
        assert kinds(back) == [{"added": "removed", "removed": "added"}.get(done, done)], (seed, lines, new)
        assert adds_up(there)
        assert adds_up(back)


def test_several_edits_add_up_and_are_no_more_than_were_made() -> None:
    for seed in range(CHANGES):
        random = Random(seed)
        lines = [random_line(random) for _ in range(random.randint(3, 30))]
        new, made = list(lines), 0
        for _ in range(random.randint(2, 6)):
            new, _ = edited(random, new)
            made += 1
        found = diff(flat(lines), flat(new))
        assert adds_up(found)
        assert len(kinds(found)) <= 2 * made, (seed, lines, new)


@pytest.mark.parametrize("target", ["vgg16", "resnet50", "googlenet", "unet:paper", "densenet121", "vit_b16", "yolov3", "m5"])
def test_one_layer_less_of_a_shipped_network_is_one_row(target: str) -> None:
    """Layers that keep their map, taken out of the plain list behind the spec: what reads one reads what it read."""
    network = archlens.load(target)
    text = network.expand()
    head, _, _ = text.partition("expect:")
    nodes = network.graph.nodes
    random = Random(target)
    whole = archlens.load_text(head)
    assert diff(network, whole).changes == ()
    chosen = [node for node in nodes if node.layer.family in ("activation", "normalization") and len(node.outputs) == 1]
    checked = 0
    for node in random.sample(chosen, 4):
        lines = head.split("\n")
        start = next(i for i, line in enumerate(lines) if line.replace('"', "") == f"    name: {node.path}") - 1
        if not lines[start].startswith("  - ") or lines[start + 2].startswith("    as:"):
            continue  # others name what it puts out
        less = archlens.load_text("\n".join([*lines[:start], *lines[start + 2 :]]))
        found = diff(whole, less)
        assert own(found) == [("removed", node.path)]
        assert adds_up(found)
        assert own(diff(less, whole)) == [("added", node.path)]
        checked += 1
    assert checked


def test_shipped_networks_against_themselves_and_each_other() -> None:
    networks = [archlens.load(target) for target in NETWORKS]
    random = Random(0)
    for network in random.sample(networks, 12):
        assert diff(network, network).same
    for _ in range(12):
        one, other = random.sample(networks, 2)
        there, back = diff(one, other), diff(other, one)
        assert adds_up(there)
        assert adds_up(back)
        assert len(there.of("added")) - len(there.of("removed")) == len(other.graph.nodes) - len(one.graph.nodes)


BLOCKS = """\
blocks:
  Cell(out, k=3):
    - conv: out k same
    - batch_norm
    - relu
  Gate(c):
    - multiply:
        gate: [global_avg_pool, linear: c//4, relu, linear: c, sigmoid, {reshape: [c, 1, 1]}]
        map: []
"""

CASES = {
    "an inserted block is its layers": (
        "layers: [Cell: 8, Cell: 16, Cell: 32]",
        "layers: [Cell: 8, Cell: 12, Cell: 16, Cell: 32]",
        [("added", f"Cell2/{name}") for name in ("conv", "batch_norm", "relu")],
    ),
    "one of equal blocks more": (
        "layers: [{Cell: 8, repeat: 3}]",
        "layers: [{Cell: 8, repeat: 4}]",
        [("added", f"Cell4/{name}") for name in ("conv", "batch_norm", "relu")],
    ),
    "a kernel in a block is one changed layer": (
        "layers: [Cell: 8, Cell: 16]",
        "layers: [Cell: 8, Cell: 16 k=5]",
        [("changed", "Cell2/conv")],
    ),
    "a layer put into every block": (
        "layers: [{Cell: 8, repeat: 2}]",
        "blocks: {Cell(out): [conv: out 3x3 same, dropout, batch_norm, relu]}\nlayers: [{Cell: 8, repeat: 2}]",
        [("added", "Cell1/dropout"), ("added", "Cell2/dropout")],
    ),
    "layers wrapped into a block keep who they are": (
        "layers: [conv: 8 3x3 same, batch_norm, relu, conv: 16 3x3 same, batch_norm, relu]",
        "layers: [Cell: 8, Cell: 16]",
        [],
    ),
    "a bare convolution that becomes one with a norm": (
        "layers: [conv: 8 3x3 same bias=false, relu, conv: 16 3x3 same bias=false, relu]",
        "blocks: {C(out): [conv: out 3x3 same, batch_norm]}\nlayers: [C: 8, relu, C: 16, relu]",
        [("changed", "C1/conv"), ("added", "C1/batch_norm"), ("changed", "C2/conv"), ("added", "C2/batch_norm")],
    ),
    "another name is no change": (
        "layers: [{Cell: 8, name: a}, {Cell: 16, name: b}]",
        "layers: [{Cell: 8, name: a}, {Cell: 16, name: z}]",
        [],
    ),
    "a name tells which of two is gone": (
        "layers: [flatten, {linear: 64, name: fc6}, relu, {linear: 64, name: fc7}, relu]",
        "layers: [flatten, {linear: 64, name: fc7}, relu]",
        [("removed", "fc6"), ("removed", "relu1")],
    ),
    "branches in another order": (
        "layers: [{concat: {a: [conv: 8 1x1], b: [conv: 8 3x3 same, relu]}}]",
        "layers: [{concat: {b: [conv: 8 3x3 same, relu], a: [conv: 8 1x1]}}]",
        [("changed", "concat")],
    ),
    "branches that are alike in another order": (
        "layers: [{concat: {3x3: [conv: 4 1x1, conv: 8 3 same], 5x5: [conv: 2 1x1, conv: 6 5 same], p: [conv: 8 1x1]}}, relu]",
        "layers: [{concat: {5x5: [conv: 2 1x1, conv: 6 5 same], 3x3: [conv: 4 1x1, conv: 8 3 same], p: [conv: 8 1x1]}}, relu]",
        [("changed", "concat")],
    ),
    "stages that a new one moved up": (
        "layers: [{Cell: 8, name: s1}, {Cell: 16, name: s2}, {Cell: 32, name: s3}]",
        "layers: [{Cell: 4 5, name: s1}, {Cell: 8, name: s2}, {Cell: 16, name: s3}, {Cell: 32, name: s4}]",
        [("added", f"s1/{name}") for name in ("conv", "batch_norm", "relu")],
    ),
    "a shortcut more": (
        "layers: [{conv: 3 3x3 same, as: a}, {conv: 3 1x1, as: b}, {conv: 3 3x3 same, as: c}, {add: [a, c]}]",
        "layers: [{conv: 3 3x3 same, as: a}, {conv: 3 1x1, as: b}, {conv: 3 3x3 same, as: c}, {add: [a, b, c]}]",
        [("changed", "add")],
    ),
    "a layer that reads another": (
        "layers: [{conv: 3 3x3 same, as: a}, {conv: 3 1x1, as: b}, {relu: , from: a}]",
        "layers: [{conv: 3 3x3 same, as: a}, {conv: 3 1x1, as: b}, {relu: , from: b}]",
        [("changed", "relu")],
    ),
    "a size written once or for each axis": ("layers: [conv: 8 3 same]", "layers: [conv: 8 3x3 same]", []),
    "frozen": (
        "layers: [conv: 8 3x3, conv: 4 1x1]",
        "layers: [conv: 8 3x3, conv: 4 1x1]\nfreeze: [conv1]",
        [("changed", "conv1")],
    ),
    "weights shared": (
        "layers: [{conv: 3 3x3 same, name: a}, {conv: 3 3x3 same, name: b}]",
        "layers: [{conv: 3 3x3 same, name: a}, {conv: 3 3x3 same, name: b, weights: a}]",
        [("changed", "b")],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_was_done_is_what_is_said(case: str) -> None:
    old, new, expected = CASES[case]
    found = diff(*[spec(text if "blocks:" in text else BLOCKS + text) for text in (old, new)])
    assert own(found) == expected
    assert adds_up(found)


def test_a_gate_in_every_block_is_seen_as_that() -> None:
    cell = "  Unit(out): [conv: out 3x3 same, relu{}]\n"
    old = spec(BLOCKS + cell.format("") + "layers: [{Unit: 8, repeat: 3}]")
    new = spec(BLOCKS + cell.format(", {Gate: 8}") + "layers: [{Unit: 8, repeat: 3}]")
    found = diff(old, new)
    assert {path.split("/")[1] for _, path in own(found)} == {"Gate"}
    assert kinds(found) == ["added"] * 21
    # 8 → 2 → 8 with biases, three times
    assert sum([one.amount("params") for one in found.changes]) == 3 * (8 * 2 + 2 + 2 * 8 + 8)


LONG = ["conv: 4 3x3 same", "batch_norm", "relu"] * 400

LARGE = {
    "one in the middle": ([*LONG[:600], "conv: 4 5x5 same", *LONG[600:]], {"added": 1}),
    "one at each end": (["conv: 4 1x1", *LONG, "conv: 4 1x1"], {"added": 2}),
    "all of a kind gone": ([line for line in LONG if line != "batch_norm"], {"removed": 400}),
    "all of a kind replaced": ([line.replace("relu", "gelu") for line in LONG], {"changed": 400}),
    "another kernel everywhere": ([line.replace("3x3", "5x5") for line in LONG], {"changed": 400}),
}


@pytest.mark.parametrize("case", LARGE)
def test_long_sequences(case: str) -> None:
    lines, expected = LARGE[case]
    found = diff(flat(LONG, "4x8x8"), flat(lines, "4x8x8"))
    assert {kind: kinds(found).count(kind) for kind in {*kinds(found)}} == expected
    assert adds_up(found)


def longest(a: str, b: str) -> int:
    """The length of a longest common subsequence, by the recurrence."""
    row = [0] * (len(b) + 1)
    for x in a:
        fresh = [0]
        for j, y in enumerate(b, 1):
            fresh.append(row[j - 1] + 1 if x == y else max(row[j], fresh[j - 1]))
        row = fresh
    return row[-1]


def test_common_subsequences_are_the_longest() -> None:
    random = Random(5)
    for _ in range(300):
        a, b = ["".join(random.choices("abc", k=random.randrange(12))) for _ in range(2)]
        found = common(list(map(ord, a)), list(map(ord, b)), 100)
        assert found is not None
        assert all(a[i] == b[j] for i, j in found)
        assert all(i < k and j < m for (i, j), (k, m) in pairwise(found))
        assert len(found) == longest(a, b)
    assert common([1] * 5, [2] * 5, 9) is None
