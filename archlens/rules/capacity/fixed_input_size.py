"""A layer that ties the network to one size of its input.

## What it does

Brings an input of twice the size along every spatial axis (twice as many tokens) through the network, and finds the layers
whose parameters would then have other shapes, or that would not take what comes: in most networks the fully connected layer
behind a `flatten`, in a vision transformer the positions that are added. Only the first of each way is told, since what comes
of it has its size again.

## Why it is bad

Its weights can be used for this input size only: not for larger pictures at test time, not on another camera, and not to go
over a whole picture at once as a fully convolutional network does. A classifier that averages its last map takes any size.

## Example

```yaml
archlens: 1
input: 1x28x28
layers:
  - conv: 16 5x5
  - relu
  - max_pool: 2
  - flatten
  - linear: 10
```

## Use instead

```yaml
archlens: 1
input: 1x28x28
layers:
  - conv: 16 5x5
  - relu
  - max_pool: 2
  - global_avg_pool
  - linear: 10
```

or, with places kept apart, `adaptive_avg_pool: 7` before `flatten`, which brings a map of any size to 7×7:

```yaml
archlens: 1
input: 1x28x28
layers:
  - conv: 16 5x5
  - relu
  - adaptive_avg_pool: 7
  - flatten
  - linear: 10
```

## Not reported

A network on vectors, which have no size but their features. A `flatten` behind a global or adaptive pool. Branches that would
only disagree by rounding.

## Reference

Long, Shelhamer & Darrell, Fully Convolutional Networks, arXiv:1411.4038, section 3.1; Lin, Chen & Yan, arXiv:1312.4400.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.errors import LayerError
from archlens.graph.model import Node
from archlens.layers.dims import Shape, show
from archlens.rules.kinds import is_activation, passes_on
from archlens.rules.model import Finding
from archlens.rules.sliding import short, times
from archlens.rules.subject import Subject

__all__ = ["check"]

_Shapes = tuple[Shape | None, ...]  # None where nothing is known any more
_ON_MAPS = ("convolution", "pooling")


def check(subject: Subject) -> Iterator[Finding]:
    """Every layer that an input of twice the size does not fit."""
    graph = subject.graph
    shapes: list[Shape | None] = list(graph.shapes)
    changed = ""
    for tensor in graph.inputs.values():
        axes = _axes(subject, tensor)
        doubled = tuple([2 * size if axis in axes else size for axis, size in enumerate(graph.shapes[tensor])])
        if axes:
            changed = changed or f"an input {show(doubled)} in place of {show(graph.shapes[tensor])}"
        shapes[tensor] = doubled
    if not changed:
        return
    known: dict[object, tuple[_Shapes, str]] = {}
    for node in subject.nodes:
        given = tuple([shapes[tensor] for tensor in node.inputs])
        if given == node.input_shapes:
            continue
        key = node.layer, node.input_shapes, given
        if key not in known:
            known[key] = _brought(node, given)
        outputs, fault = known[key]
        if fault == "tied":
            yield _tied(subject, node, given, changed)
        elif fault:
            yield _refused(subject, node, given, changed)
        for tensor, shape in zip(node.outputs, outputs, strict=True):
            shapes[tensor] = shape


def _brought(node: Node, given: _Shapes) -> tuple[_Shapes, str]:
    """What a layer makes of other inputs; whether its parameters are `tied` to those it has, or it has `refused` these.

    Branches that all have other sizes and disagree are no fault of this layer: that is rounding.
    """
    nothing: _Shapes = (None,) * len(node.outputs)
    arrived = _all(given)
    if len(arrived) < len(given):
        return nothing, ""
    try:
        outputs = node.layer.output_shapes(*arrived)
        tied = node.layer.parameter_shapes(*arrived) != node.layer.parameter_shapes(*node.input_shapes)
    except LayerError:
        stays = len(arrived) == 1 or any(old == new for old, new in zip(node.input_shapes, arrived, strict=True))
        return nothing, "refused" if stays else ""
    if len(outputs) != len(node.outputs):  # `chunk` makes more of more
        return nothing, "refused"
    return outputs, "tied" if tied else ""


def _axes(subject: Subject, tensor: int) -> tuple[int, ...]:
    """The axes of an input of the network that say how large it is, not what is known of each place."""
    rank = len(subject.graph.shapes[tensor])
    if rank == 2:
        return (1,) if tensor in subject.graph.integers else ()
    return tuple(range(2, rank)) if rank > 3 or _is_of_map(subject, tensor) else (1,)


def _is_of_map(subject: Subject, tensor: int) -> bool:
    """Whether a tensor of three axes is C×L: a layer of windows reads it, behind borders and activations perhaps."""
    for node in subject.readers(tensor):
        while node.layer.type_name == "pad" or passes_on(node) or is_activation(node):
            behind = subject.readers(node.outputs[0])
            if not behind:
                break
            node = behind[0]
        if node.layer.family in _ON_MAPS:
            return True
    return False


def _tied(subject: Subject, node: Node, given: _Shapes, changed: str) -> Finding:
    arrived = _all(given)
    shapes = node.layer.parameter_shapes(*node.input_shapes)
    name = next(name for name, shape in node.layer.parameter_shapes(*arrived).items() if shape != shapes[name])
    flatten = subject.flattened(node)
    related = ((flatten, f"makes features of every place of {show(flatten.input_shapes[0])}"),) if flatten else ()
    return Finding(
        f"{changed} does not fit: {_size(arrived[0])} would come here, and the {name} {times(shapes[name])} is for "
        f"{_size(node.input_shapes[0])}",
        node,
        _cure(subject, flatten),
        f"made for {_size(node.input_shapes[0])}",
        related,
    )


def _cure(subject: Subject, flatten: Node | None) -> str:
    if flatten is None:
        return "a layer that is the same at every place takes any size: a convolution, or `global_avg_pool` before it"
    if subject.maker(flatten.inputs[0]) is None:
        return "begin with convolutions, and end them with `global_avg_pool`"
    _, channels, *sizes = flatten.input_shapes[0]
    features = f"{channels:,} feature{'' if channels == 1 else 's'}"
    return (
        f"`global_avg_pool` in place of `{flatten.layer.type_name}` gives {features} for any size; "
        f"`adaptive_avg_pool: {short(sizes)}` before it keeps these weights"
    )


def _refused(subject: Subject, node: Node, given: _Shapes, changed: str) -> Finding:
    """A layer that would not take what comes; of several inputs one would stay as it is."""
    both = [*zip(node.inputs, node.input_shapes, _all(given), strict=True)]
    come = next(show(new) for _, old, new in both if old != new)
    stays = next(((subject.maker(tensor), show(old)) for tensor, old, new in both if old == new), None)
    if stays is None:
        return Finding(
            f"{changed} does not fit: {come} would come here, not {show(node.input_shapes[0])}",
            node,
            "leave its sizes open, or bring the map to them with `adaptive_avg_pool`",
        )
    maker, size = stays
    name = maker.path if maker else "an input"
    return Finding(
        f"{changed} does not fit: {come} would come here, while {name} stays {size}",
        node,
        f"let the size of {name} follow from the input, or resample it to what comes",
        related=((maker, f"stays {size}"),) if maker else (),
    )


def _size(shape: Shape) -> str:
    return f"{shape[1]:,} features" if len(shape) == 2 else show(shape)


def _all(given: _Shapes) -> tuple[Shape, ...]:
    return tuple([shape for shape in given if shape is not None])
