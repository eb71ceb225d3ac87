"""How many classes the first output of a network tells apart, and which layer puts them out."""

from __future__ import annotations

from math import prod

from archlens.graph.model import Graph, Node
from archlens.records import NamedTuple

__all__ = ["Classes", "classes_of"]

_TOKENS = 3  # axes of a batch of T×F, or of C×L


class Classes(NamedTuple):
    """number: of classes, 2 for a single value, which tells two apart. values: along the axis of the classes.

    layer: the number of the layer that makes the values, behind which only activations and the like stand; None where it is
    an input.
    """

    number: int
    values: int
    layer: int | None


def classes_of(graph: Graph) -> Classes:
    """The classes of the first output: as for torch's losses those of axis 1, behind the batch.

    Of T×F, vectors one after the other, that is axis 2 where the layer works on each vector, as `linear` does.
    """
    tensor = next(iter(graph.outputs.values()))
    axis = 1 if len(graph.shapes[tensor]) != _TOKENS else None  # None until the layer is found that says
    while (number := graph.producers[tensor]) >= 0:
        node = graph.nodes[number]
        before = _before(node, node.outputs.index(tensor), axis)
        if before is None:
            axis = axis or _mixed(node, node.outputs.index(tensor))
            return _classes(graph.shapes[tensor][axis], number)
        tensor, axis = node.inputs[0], before or None
    return _classes(graph.shapes[tensor][axis or 1], None)


def _before(node: Node, output: int, axis: int | None) -> int | None:
    """The axis of the input that is this axis of the output, 0 while none is known; None where the layer makes the values."""
    given, made = node.input_shapes[0] if node.inputs else (), node.output_shapes[output]
    if len(node.inputs) != 1:
        return None
    if node.layer.rearranges(given) is not None:
        return 1 if axis and given[1] == made[axis] == prod(given[1:]) else None
    rows = node.layer.reads(given, output=output)[0]
    if axis is None:
        return 0 if given == made and {along.axis for along in rows} == {1, 2} else None
    found = [i for i, along in enumerate(rows, 1) if along.axis == axis and given[i] == made[axis]]
    return found[0] if len(found) == 1 else None


def _mixed(node: Node, output: int) -> int:
    """The one axis of T×F that no axis of the input becomes; 1 where there is no such."""
    kept = {along.axis for row in node.layer.reads(*node.input_shapes, output=output)[:1] for along in row}
    mixed = [axis for axis in (1, 2) if axis not in kept]
    return mixed[0] if len(mixed) == 1 else 1


def _classes(values: int, layer: int | None) -> Classes:
    return Classes(2 if values == 1 else values, values, layer)
