"""A graph as what its layers do along one spatial axis: the twin that receptive fields are measured on.

What a layer does is read from its PyTorch counterpart; `_MOVES` says by layer type how. A type that is not listed has no twin,
and what comes after it is not measured.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from operator import lt
from typing import Any, NamedTuple, TypeAlias

import torch

from archlens.graph.model import Graph, Node
from archlens.pytorch.counterparts import Counterpart, counterpart, resolve
from archlens.pytorch.lines import Adapt, Join, Move, Pad, Resample, Shuffle, Slide, Spread, Take, Total

__all__ = ["Plan", "Step", "Twin", "twin"]


class Step(NamedTuple):
    """One layer that does something: the tensors it reads and makes, by number."""

    move: Move
    inputs: tuple[int, ...]
    output: int


class Plan(NamedTuple):
    """What is run along one axis.

    inputs: network inputs, a tensor and its units each. steps: in order. maps: the tensors to measure and their units.
    """

    inputs: tuple[tuple[int, int], ...]
    steps: tuple[Step, ...]
    maps: tuple[tuple[int, int], ...]


class Twin(NamedTuple):
    """A graph along one axis.

    lines: for a tensor that is followed, the number of that which holds its units: its own or, behind layers that mix no units,
    an earlier one. unfollowed: why the map that a layer puts out is not followed, by path; not told of what comes after it.
    """

    plan: Plan
    lines: Mapping[int, int]
    unfollowed: Mapping[str, str]


class _Along(NamedTuple):
    """A layer of one input along spatial axis `axis`, which has `size` units before and `output` units after it.

    axis: where it lies in the input, -1 where the layer takes it for the channels.
    """

    node: Node
    part: Counterpart
    axis: int
    size: int
    output: int

    def argument(self, name: str, default: Any = None) -> Any:
        """An argument of the counterpart, for this axis where it has one value for each."""
        value = self.part.arguments.get(name, default)
        return value[self.axis] if isinstance(value, tuple) else value

    def pads(self, pad: Sequence[int]) -> tuple[int, int]:
        """The ends of this axis in what `nn.functional.pad` takes, which begins with the last axis."""
        at = 2 * (len(self.node.input_shapes[0]) - 3 - self.axis)
        return pad[at], pad[at + 1]

    def is_on(self, *dims: int) -> bool:
        """Whether this axis is one of `dims`, batch counted."""
        rank = len(self.node.input_shapes[0])
        return self.axis + 2 in [dim % rank for dim in dims]


_Found: TypeAlias = "Move | list[Move | None] | None"


class _NotFollowed(Exception):
    """Why the map that a layer puts out is not followed; empty where that goes without saying."""


class _Joins(NamedTuple):
    """A layer that meets maps unit by unit. gates: whether a map of one unit that is stretched to the others is not followed."""

    gates: bool


# ---- what each type does along an axis: a move, or a list of one for each output; None where units stay and none are mixed ----


def _slides(layer: _Along) -> _Found:
    kernel, stride, padding = layer.argument("kernel_size"), layer.argument("stride"), layer.argument("padding", 0)
    border = (0, 0) if layer.part.border is None else layer.pads(layer.part.border["pad"])
    if kernel == stride == 1 and padding == 0 and border == (0, 0):
        return None
    return Slide(kernel, stride, padding, layer.argument("dilation", 1), border, layer.argument("ceil_mode", False))


def _spreads(layer: _Along) -> _Found:
    return Spread(*[layer.argument(name) for name in ("kernel_size", "stride", "padding", "output_padding", "dilation")])


def _resamples(layer: _Along) -> _Found:
    arguments = layer.part.arguments
    mode = arguments["mode"]
    mode = mode if mode in ("nearest", "bicubic") else "bilinear"
    if mode == "nearest" and arguments["scale_factor"] is None and layer.output % layer.size and layer.size % layer.output:
        raise _NotFollowed("where nearest lies between units, PyTorch rounds by the length of the map")
    return Resample(layer.size, layer.output, arguments["scale_factor"], mode, arguments["align_corners"])


def _adapts(layer: _Along) -> _Found:
    output = layer.argument("output_size")
    return Total(layer.size, 1) if output == 1 else Adapt(layer.size, output)


def _reduces(layer: _Along) -> _Found:
    dims = layer.part.arguments["dim"]
    return Total(layer.size, 1) if layer.is_on(*(dims if isinstance(dims, tuple) else (dims,))) else None


def _weighs(layer: _Along) -> _Found:
    return Total(layer.size, layer.size) if layer.is_on(layer.part.arguments["dim"]) else None


def _norms_vectors(layer: _Along) -> _Found:
    if layer.part.target.startswith("Channels"):
        along = layer.is_on(1)
    else:
        along = len(layer.part.arguments["normalized_shape"]) == 1 and layer.is_on(-1)
    return Total(layer.size, layer.size) if along else None


def _mixes_features(layer: _Along) -> _Found:
    if layer.is_on(-1):
        raise _NotFollowed("it mixes an axis of the map")
    return None


def _halves(layer: _Along) -> _Found:
    if layer.is_on(layer.part.arguments["dim"]):
        raise _NotFollowed("it halves an axis of the map")
    return None


def _pads(layer: _Along) -> _Found:
    return Pad(*layer.pads(layer.part.arguments["pad"]))


def _takes(layer: _Along) -> _Found:
    """Which units a piece has: those that PyTorch leaves of the numbers 0, 1, 2 …"""
    if not layer.is_on(layer.part.arguments["dim"]):
        return [None] * len(layer.node.outputs)
    found = resolve(layer.part.target)(torch.arange(layer.size), **{**layer.part.arguments, "dim": 0})
    pieces = [piece.tolist() for piece in ([found] if isinstance(found, torch.Tensor) else found)]
    step = layer.part.arguments.get("step", 1)
    return [Take(units[0], units[1] - units[0] if len(units) > 1 else step) for units in pieces]


def _shuffles(layer: _Along) -> _Found:
    if layer.size == 1:
        raise _NotFollowed("of a single unit it makes several, which are no distance apart")
    return Shuffle(layer.part.arguments["upscale_factor"])


_SAME_TYPES = (
    "batch_norm dropout drop_path identity permute "
    "relu relu6 leaky_relu prelu rrelu hardtanh hardsigmoid hardswish hardshrink softshrink threshold "
    "elu celu selu gelu silu mish sigmoid logsigmoid tanh tanhshrink softplus softsign"
)

_ANYWHERE: Mapping[str, Callable[[_Along], _Found]] = {  # also where the layer takes the axis for the channels
    **dict.fromkeys(_SAME_TYPES.split(), lambda layer: None),
    **dict.fromkeys(("mean", "sum", "max", "min"), _reduces),
    **dict.fromkeys(("softmax", "log_softmax", "softmin"), _weighs),
    **dict.fromkeys(("layer_norm", "rms_norm"), _norms_vectors),
    **dict.fromkeys(("split", "chunk", "slice"), _takes),
    "linear": _mixes_features,
}

_MOVES: Mapping[str, Callable[[_Along], _Found] | _Joins] = {
    **_ANYWHERE,
    **dict.fromkeys(("group_norm", "instance_norm", "local_response_norm", "channel_shuffle"), lambda layer: None),
    **dict.fromkeys(("conv", "depthwise_conv", "locally_connected", "max_pool", "avg_pool", "lp_pool"), _slides),
    "conv_transpose": _spreads,
    "upsample": _resamples,
    **dict.fromkeys(("adaptive_avg_pool", "adaptive_max_pool"), _adapts),
    **dict.fromkeys(("global_avg_pool", "global_max_pool"), _reduces),
    "glu": _halves,
    **dict.fromkeys(("pad", "crop"), _pads),
    "pixel_shuffle": _shuffles,
    **dict.fromkeys(("add", "subtract", "divide", "maximum", "minimum", "concat"), _Joins(gates=False)),
    "multiply": _Joins(gates=True),
}


# ---- the walk ----

_NO_MAP = -1  # in place of a line: what depends on no map of the input, such as a parameter


def twin(graph: Graph, axis: int) -> Twin:
    """What `graph` does along spatial axis `axis` of its inputs; those that have none, or not that one, are not followed."""
    lines: dict[int, int] = {}
    dims: dict[int, int] = {}  # where in a tensor the axis lies, batch counted
    inputs = []
    for tensor in graph.inputs.values():
        shape = graph.shapes[tensor]
        if len(shape) <= 2:
            lines[tensor] = _NO_MAP
        elif axis < len(shape) - 2:
            lines[tensor], dims[tensor] = tensor, axis + 2
            inputs.append((tensor, shape[axis + 2]))
    steps: list[Step] = []
    unfollowed: dict[str, str] = {}
    ended: set[int] = set()
    for node in graph.nodes:
        try:
            found, dim = _followed(node, axis, lines, dims)
            for tensor, step in zip(node.outputs, found, strict=True):
                if isinstance(step, Step):
                    if _ends(step, ended):
                        ended.add(step.output)
                    steps.append(step)
                lines[tensor], dims[tensor] = step if isinstance(step, int) else tensor, dim
        except _NotFollowed as reason:
            if str(reason):
                unfollowed[node.path] = str(reason)
    lines = {tensor: line for tensor, line in lines.items() if line != _NO_MAP}
    made = [tensor for node in graph.nodes for tensor in node.outputs if tensor in lines]
    maps = tuple([(line, graph.shapes[line][dims[line]]) for line in dict.fromkeys([lines[tensor] for tensor in made])])
    return Twin(Plan(tuple(inputs), tuple(steps), maps), lines, unfollowed)


def _ends(step: Step, ended: Collection[int]) -> bool:
    """Whether the map that a step makes has nothing beyond its ends, since all of it is summed up somewhere before.

    Raises _NotFollowed where the step would look there.
    """
    if isinstance(step.move, Total):
        return True
    if isinstance(step.move, Join):
        return any(line in ended and not wide for line, wide in zip(step.inputs, step.move.stretched, strict=True))
    if step.inputs[0] in ended and not isinstance(step.move, Resample | Take):
        raise _NotFollowed("it goes over the ends of a map that sees the whole input")
    return step.inputs[0] in ended


def _followed(node: Node, axis: int, lines: Mapping[int, int], dims: Mapping[int, int]) -> tuple[Sequence[Step | int], int]:
    """For each output the step that makes it, or the line that it is, and where in it the axis lies; raises _NotFollowed.

    Where `permute` has turned the axes, layers are followed that only pass them on.
    """
    read = [lines.get(tensor) for tensor in node.inputs]
    if all(line == _NO_MAP for line in read):
        return [_NO_MAP] * len(node.outputs), _NO_MAP
    places = {dims[tensor] for tensor in node.inputs if lines.get(tensor, _NO_MAP) != _NO_MAP}
    kind, dim = node.layer.type_name, max(places, default=0)
    if not 0 < dim < len(node.output_shapes[0]) == len(node.input_shapes[0]):
        raise _NotFollowed  # what it puts out is no feature map, or has no such axis
    moves = _MOVES.get(kind)
    if isinstance(moves, _Joins):
        if len(places) > 1:
            raise _NotFollowed("it joins different axes of maps")
        return [_joined(node, dim, lines, moves.gates)], dim
    line = _line(node, 0, lines)
    if moves is None:
        raise _NotFollowed(f"the twin with one channel has no {kind}")
    if dim == 1 and kind not in _ANYWHERE:
        raise _NotFollowed("what it takes for channels is an axis of the map")
    part = counterpart(node.layer, node.input_shapes)
    after = part.arguments["dims"].index(dim) if kind == "permute" else dim
    found = moves(_Along(node, part, dim - 2, node.input_shapes[0][dim], node.output_shapes[0][after]))
    each = found if isinstance(found, list) else [found]
    if dim != axis + 2 and any(move is not None for move in each):
        raise _NotFollowed("it moves along an axis of the map that is elsewhere")
    return [line if move is None else Step(move, (line,), out) for move, out in zip(each, node.outputs, strict=True)], after


def _joined(node: Node, dim: int, lines: Mapping[int, int], gates: bool) -> Step | int:
    """The sum of the maps that meet; dim: where in them the axis lies."""
    arguments, sizes = counterpart(node.layer, node.input_shapes).arguments, node.output_shapes[0]
    if "dim" in arguments and (arguments["dim"] % len(sizes) != 1 or dim == 1):
        raise _NotFollowed("it puts maps beside each other")
    is_gate = [gates and any(map(lt, shape[2:], sizes[2:])) for shape in node.input_shapes]
    positions = [at for at, left_out in enumerate(is_gate) if not left_out] or range(len(is_gate))
    followed = [(_line(node, at, lines), node.input_shapes[at][dim] < sizes[dim]) for at in positions]
    followed = [(line, is_stretched) for line, is_stretched in followed if line != _NO_MAP]
    if not followed:
        return _NO_MAP
    read, flags = zip(*followed, strict=True)
    if len({*followed}) == 1 and not flags[0]:
        return read[0]  # type: ignore[no-any-return]
    return Step(Join(flags, sizes[dim]), read, node.outputs[0])


def _line(node: Node, position: int, lines: Mapping[int, int]) -> int:
    """The line of an input of `node`; raises _NotFollowed where it has none."""
    tensor = node.inputs[position]
    if tensor not in lines:
        raise _NotFollowed
    return lines[tensor]
