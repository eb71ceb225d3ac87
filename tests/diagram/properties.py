"""What holds of every diagram, checked by other ways than it was made."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import networkx

from archlens.report.diagram.model import Diagram

__all__ = ["BASIC", "arrows", "check", "copies", "scattered", "shown"]

BASIC = """
Basic(width):
  - add:
      main: [{conv: width 3x3 same bias=false}, batch_norm, relu, {conv: width 3x3 same bias=false}, batch_norm]
      x: []
  - relu
"""


def copies(diagram: Diagram, number: int) -> int:
    """Of how many equal ones in the network a box is the picture."""
    box = diagram.boxes[number]
    found, cluster = box.times, box.cluster
    while cluster >= 0:
        found *= diagram.clusters[cluster].times
        cluster = diagram.clusters[cluster].parent
    return found


def shown(diagram: Diagram) -> list[tuple[str, int]]:
    """Titles with what is folded into them, and how often, in order."""
    return [(" · ".join([box.title, *box.folded]), box.times) for box in diagram.boxes]


def arrows(found: Diagram) -> list[str]:
    """`tail>head` by titles, `~` before shortcuts, `!` behind shapes that are told."""
    titles = [box.title for box in found.boxes]
    return [f"{'~' * edge.skip}{titles[edge.tail]}>{titles[edge.head]}{'!' * edge.told}" for edge in found.edges]


def check(diagram: Diagram, graph, analysis) -> None:
    """Every layer in one box, figures that add up, arrows that lead on, and an arrow for every tensor."""
    boxes = diagram.boxes
    layers = [number for box in boxes for number in box.layers]
    assert sorted(layers) == list(range(len(graph.nodes)))
    for figure, total in (
        ("params", analysis.totals.params),
        ("macs", analysis.totals.macs),
        ("activation_bytes", analysis.totals.activation_bytes),
    ):
        assert sum(getattr(box, figure) * copies(diagram, number) for number, box in enumerate(boxes)) == total
    assert (diagram.total_params, diagram.total_macs) == (analysis.totals.params, analysis.totals.macs)
    assert [box.path for box in boxes if box.kind == "input"] == list(graph.inputs)
    assert [box.path for box in boxes if box.kind == "output"] == list(graph.outputs)
    _check_copies(diagram, graph)
    _check_frames(diagram)
    _check_arrows(diagram, graph)


def _check_copies(diagram: Diagram, graph) -> None:
    for number, box in enumerate(diagram.boxes):
        times = copies(diagram, number)
        assert box.times >= 1
        assert len(box.layers) % times == 0
        kinds = Counter([graph.nodes[layer].layer for layer in box.layers])
        assert all(count % times == 0 for count in kinds.values())
        assert box.kind == "block" or not box.layers or len(box.layers) == times * (1 + len(box.folded))

    for number, frame in enumerate(diagram.clusters):
        inside = [box for at, box in enumerate(diagram.boxes) if number in _around(diagram, at)]
        _check_chain(graph, [layer for box in inside for layer in box.layers], frame.times, _frames_times(diagram, frame.parent))
    for box in diagram.boxes:
        _check_chain(graph, box.layers, box.times, _frames_times(diagram, box.cluster))


def _frames_times(diagram: Diagram, cluster: int) -> int:
    """Of how many copies all frames from this one outwards are the picture."""
    found = 1
    while cluster >= 0:
        found *= diagram.clusters[cluster].times
        cluster = diagram.clusters[cluster].parent
    return found


def _check_chain(graph, layers, times: int, outer: int) -> None:
    """Layers are equal copies in a row, each fed by one tensor of the one before it alone. outer: how many such rows."""
    layers = sorted(layers)[: len(layers) // outer]
    size = len(layers) // times
    chunks = [layers[at : at + size] for at in range(0, len(layers), size)] if times > 1 else []
    for before, chunk in pairwise(chunks):
        for old, new in zip(before, chunk, strict=True):
            one, other = graph.nodes[old], graph.nodes[new]
            assert (one.layer, one.input_shapes, one.trainable) == (other.layer, other.input_shapes, other.trainable)
        fed = [{t for n in part for t in graph.nodes[n].inputs if graph.producers[t] not in part} for part in (before, chunk)]
        made = {t for n in before for t in graph.nodes[n].outputs}
        assert len(fed[1] & made) == 1
        assert fed[1] - made <= fed[0]
        assert not made & set(graph.outputs.values())
        assert not any(made & set(node.inputs) for n, node in enumerate(graph.nodes) if n not in before and n not in chunk)


def _check_frames(diagram: Diagram) -> None:
    children = Counter([box.cluster for box in diagram.boxes] + [frame.parent for frame in diagram.clusters])
    held = Counter()
    for box in diagram.boxes:
        around, cluster = [], box.cluster
        while cluster >= 0:
            around.append(cluster)
            cluster = diagram.clusters[cluster].parent
        held.update(around)
        assert len(around) <= 2 or all(diagram.clusters[frame].times > 1 for frame in around)
    for number, frame in enumerate(diagram.clusters):
        assert frame.parent < number
        assert children[number] >= 1
        assert held[number] >= 2


def _check_arrows(diagram: Diagram, graph) -> None:
    assert all(edge.tail < edge.head for edge in diagram.edges)
    assert len({(edge.tail, edge.head, edge.shape) for edge in diagram.edges}) == len(diagram.edges)
    drawn = {(edge.tail, edge.head, edge.shape) for edge in diagram.edges}
    wanted, repeated = set(), set()
    box_of = {layer: number for number, box in enumerate(diagram.boxes) for layer in box.layers}
    ports = {(box.kind, box.path): number for number, box in enumerate(diagram.boxes)}
    maker = {tensor: ports["input", name] for name, tensor in graph.inputs.items()}
    for layer, node in enumerate(graph.nodes):
        maker.update(dict.fromkeys(node.outputs, box_of[layer]))
        for tensor in node.inputs:
            tail, head = maker[tensor], box_of[layer]
            if tail != head:
                (repeated if _in_one_repeat(diagram, tail, head) else wanted).add((tail, head, graph.shapes[tensor]))
    wanted |= {(maker[tensor], ports["output", name], graph.shapes[tensor]) for name, tensor in graph.outputs.items()}
    assert wanted <= drawn <= wanted | repeated
    _check_shortcuts(diagram)


def _in_one_repeat(diagram: Diagram, one: int, other: int) -> bool:
    """Whether a frame of several copies is around both: then a tensor may go from one copy to the next."""
    return any(diagram.clusters[frame].times > 1 for frame in _around(diagram, one) & _around(diagram, other))


def _around(diagram: Diagram, number: int) -> set[int]:
    found, cluster = set(), diagram.boxes[number].cluster
    while cluster >= 0:
        found.add(cluster)
        cluster = diagram.clusters[cluster].parent
    return found


def _check_shortcuts(diagram: Diagram) -> None:
    """Those that networkx leaves out of the transitive reduction, and such as pass a box that only moves data."""
    whole = networkx.DiGraph([(edge.tail, edge.head) for edge in diagram.edges])
    needed = set(networkx.transitive_reduction(whole).edges)
    for edge in diagram.edges:
        if (edge.tail, edge.head) not in needed:
            assert edge.skip
        elif edge.skip:
            assert "shape" in (diagram.boxes[edge.tail].family, diagram.boxes[edge.head].family)


def scattered(graph, random):
    """The graph with its layers put into blocks at random, so that blocks take turns, with calls for these."""
    from archlens.errors import Source, Span
    from archlens.graph.scope import Call

    spots = ["", "a", "b", "a/x", "a/y", "b/x", "c/x/deep"]
    span = Span(Source("net", ""), 1, 1, 2)
    spot, nodes = "", []
    for number, node in enumerate(graph.nodes):
        spot = random.choice(spots) if random.random() < 0.4 else spot
        path = f"{spot}/l{number}" if spot else f"l{number}"
        nodes.append(node._replace(path=path, owner=path))
    calls = {path: Call("Block" if path in ("a", "b", "c/x") else "", {}, span, "") for path in ("a", "b", "c", "a/x", "c/x")}
    return graph._replace(nodes=tuple(nodes), calls=calls)
