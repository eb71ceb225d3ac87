"""A network as a Mermaid flowchart: its text read back by the few rules it keeps."""

import html
import re

import pytest

import archlens
from archlens.report.diagram.fold import LEVELS, diagram
from archlens.report.diagram.mermaid import mermaid
from archlens.report.diagram.model import Box, Cluster, Diagram, Edge
from archlens.report.picture.themes import THEMES
from tests.diagram.test_fold_shipped import SHIPPED

LABEL = r'"([^"]*)"'
NODE = re.compile(rf"b(\d+)(?:\(\[{LABEL}\]\)|\[\[{LABEL}\]\]|\[{LABEL}\]|\({LABEL}\))")
FRAME = re.compile(rf"subgraph c(\d+)\[{LABEL}\]")
ARROW = re.compile(rf"b(\d+) (-->|-\.->)(?:\|{LABEL}\|)? b(\d+)")
CLASS = re.compile(r"classDef (\w+) fill:(#\w{6}),stroke:(#\w{6}),color:(#\w{6})|class ((?:[bc]\d+,?)+) (\w+)")
EVIL = [
    *('a"b', "<script>alert(1)</script>", "x\ny", "`md`", "end", "1. one", "- dash", "#quot;", "#35;", "%%{init}%%"),
    *("emoji 😀", "[br]ack(et){s}", "a|b", "click b0", '"]', "A & B", "1) two", "+ x", "graph TD; b1-->b2", "\u202eRTL"),
]


def read(text):
    """(node → its lines, frame → its label, arrows, family → its nodes, node → its frames); fails on a line of no known kind."""
    lines = text.split("\n")
    assert lines[0] == "flowchart TD"
    nodes, frames, arrows, classes, around, places = {}, {}, [], {}, [], {}
    for line in map(str.strip, lines[1:]):
        if found := NODE.fullmatch(line):
            label = next(part for part in found.groups()[1:] if part is not None)
            nodes[int(found[1])] = [decoded(part) for part in label.split("<br/>")]
            places[int(found[1])] = tuple(around)
        elif found := FRAME.fullmatch(line):
            frames[int(found[1])] = decoded(found[2])
            around.append(int(found[1]))
        elif line == "end":
            around.pop()
        elif found := ARROW.fullmatch(line):
            arrows.append((int(found[1]), int(found[4]), found[2] == "-.->", found[3] and decoded(found[3])))
        else:
            found = CLASS.fullmatch(line)
            assert found, line
            if found[5]:
                classes[found[6]] = found[5].split(",")
    assert not around
    return nodes, frames, arrows, classes, places


def decoded(label):
    """As Mermaid does: `#34;` is a character by its number; nothing else may be markup."""
    assert not re.search(r"[<>&\"`]|#(?!\d+;)", label)
    return html.unescape(re.sub(r"#(\d+);", r"&#\1;", label))


@pytest.mark.parametrize("name", SHIPPED)
def test_what_it_says_is_the_diagram(name):
    network = archlens.load(name)
    for level in LEVELS:
        found = diagram(network.graph, network.analyze(), level)
        nodes, frames, arrows, classes, places = read(mermaid(found))
        assert [(edge.tail, edge.head, edge.skip) for edge in found.edges] == [arrow[:3] for arrow in arrows]
        assert sorted(nodes) == list(range(len(found.boxes)))
        assert sorted(frames) == list(range(len(found.clusters)))
        assert [places[number][-1:] for number in range(len(found.boxes))] == [
            (box.cluster,) if box.cluster >= 0 else () for box in found.boxes
        ]
        assert set(classes) <= {*THEMES["light"], "frame"}
        for number, box in enumerate(found.boxes):
            assert nodes[number][0].startswith(box.title)
            assert ("input" in box.kind or "output" in box.kind) or f"b{number}" in classes[box.family]


def test_the_text(net):
    network = net("- conv: 4 3x3 same\n- relu\n- conv: 4 3x3 same\n- relu\n- max_pool: 2x2", input="4x8x8")
    text = mermaid(diagram(network.graph, network.analyze(), "layer"))
    light = THEMES["light"]
    assert text.split("\n") == [
        "flowchart TD",
        '  b0(["input<br/>4×8×8"])',
        '  b1["conv 4 3×3 ×2<br/>relu<br/>148 params<br/>9,216 MACs"]',
        '  b2["max_pool 2×2 /2"]',
        '  b3(["output<br/>4×4×4"])',
        "  b0 --> b1",
        "  b1 --> b2",
        '  b2 -->|"4×4×4"| b3',
        f"  classDef convolution fill:{light['convolution']},stroke:{light['convolution.edge']},color:{light['ink']}",
        "  class b1 convolution",
        f"  classDef pooling fill:{light['pooling']},stroke:{light['pooling.edge']},color:{light['ink']}",
        "  class b2 pooling",
    ]


def test_hostile_words_are_text():
    kinds = ("layer", "block", "join", "input", "output")
    boxes = [
        Box(kind, word, "strange", word, (word,), (1, 2), 1, (), 0, 0, 0, 0, None, False, None, place % 2)
        for kind in kinds
        for place, word in enumerate(EVIL)
    ]
    edges = [Edge(at, at + 1, (1, 2), True, at % 2 == 0) for at in range(len(boxes) - 1)]
    frames = (Cluster("p", '"]<b>', 2, -1), Cluster("q", "", 3, 0))
    nodes, labels, arrows, classes, places = read(mermaid(Diagram("t", "w", "layer", tuple(boxes), tuple(edges), frames, 0, 0)))
    shown = [word.replace("\n", " ").replace("\u202e", "?") for word in EVIL]
    assert [nodes[number][0] for number in range(len(boxes))] == shown * len(kinds)
    assert labels == {0: '"]<b> ×2', 1: "×3"}
    assert places[1] == (0, 1)
    assert len(arrows) == len(edges)
    assert set(classes) == {"other", "frame"}


def test_no_line_begins_a_list():
    """Mermaid refuses labels that Markdown takes for a list."""
    boxes = [
        Box("layer", "p", "other", word, (), (1,), 1, (), 0, 0, 0, 0, None, False, None, -1)
        for word in ("1. a", "12) b", "- c", "+ d")
    ]
    text = mermaid(Diagram("t", "w", "layer", tuple(boxes), (), (), 0, 0))
    assert '"1#46; a"' in text
    assert '"12#41; b"' in text
    assert '"#45; c"' in text
    assert '"#43; d"' in text
