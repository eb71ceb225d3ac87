"""What layers say of memory against what torch does on a CPU, on the random cases of every type.

Sharing, room while the layer runs, strides, and what autograd keeps are read off torch's own storages.

Known differences: nn.Linear adds its bias in place, except where an operation is watched (as here) on an input that is
not contiguous; 1-D max pooling makes no indices on a CPU where nobody watches and no gradient is wanted. Where axes of
size 1 lie oddly torch may lay out the channels last or not; they are taken to lie as in a contiguous tensor. Small 3-D
convolutions run in a kernel that gives up channels-last. A 3-D transposed convolution of one example may leave its output in
storage that was as large as its columns.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch
from hypothesis import given
from torch import nn

from archlens.errors import LayerError
from archlens.layers import Layer
from archlens.layers.strides import contiguous, is_contiguous
from archlens.pytorch.storages import Live, storage_of
from tests.layers.cases import BUILT_IN, CASES, Case, examples_for, outcome
from tests.layers.running import running
from tests.layers.torch_oracle import build, inputs_of

MOST = 14  # examples of a type
REFUSED = (
    "more than 1 value per channel",
    "more than 1 spatial element",
    "view size is not compatible",
)  # statistics of one value; a view inside

_COMPOSED = "several kernels in a row, with copies between them"
_FUSED = "one kernel on some machines, several on others"
# Where the room for inference is an estimate, for all or some inputs: as `room_is_estimated` says.
ESTIMATED = {
    "scaled_dot_product_attention": "no fused kernel where values have not the features of queries",
    "gru": _COMPOSED,
    "lstm": _FUSED,
    "rnn": _COMPOSED,
    "roi_align": "by the values of the boxes",
}
# Where what is saved for training is an estimate. What a type shares with its input is exact for all of them.
ESTIMATED_SAVES = {
    "embedding": "torch keeps the indices, in whatever integers they come",
    "locally_connected": _COMPOSED,
    "matmul": "broadcast factors are written out, or not",
    "multihead_attention": _FUSED,
    "scaled_dot_product_attention": _FUSED,
    "gru": _FUSED,
    "lstm": _FUSED,
    "rnn": _FUSED,
    "roi_align": _COMPOSED,
    "roi_pool": _COMPOSED,
    "rms_norm": _FUSED,
    "rbf": _COMPOSED,
    "pad": "by the mode",
    "divide": "by whose gradient is wanted",
    "maximum": "a mask, or both branches",
    "minimum": "a mask, or both branches",
}


def sharing(layer: Layer, shapes: tuple[tuple[int, ...], ...], training: bool) -> list[bool]:
    """For each output whether it is in the memory of the first input, which is contiguous."""
    if not shapes or not layer.shares(training):
        return [False] * len(layer.output_shapes(*shapes))
    return [way is not None for way in layer.view_strides(contiguous(shapes[0]), shapes[0])]


def has_spare_room(layer: Layer, output: torch.Tensor) -> bool:
    """Whether the output's storage may be larger than the output."""
    return layer.type_name == "conv_transpose" and output.ndim == 5


def legal(type_name: str, check: Any) -> None:
    """`check(layer, shapes)` on random legal cases, in place too where the type can."""

    @examples_for(type_name, at_most=MOST)
    @given(CASES[type_name])
    def draw(case: Case) -> None:
        ours = outcome(case, type_name)
        if isinstance(ours, LayerError):
            return
        layers = [ours[0]]
        if "inplace" in ours[0].field_names:
            layers.append(type(ours[0])(**{**ours[0].arguments, "inplace": True}))
        for layer in layers:
            check(layer, case.shapes)

    draw()


def ran(layer: Layer, inputs: list[torch.Tensor], way: Any) -> tuple[torch.Tensor, ...]:
    """What comes out; nothing where torch cannot run it after all."""
    try:
        with running(way):
            return build(layer, inputs).outputs
    except (ValueError, RuntimeError) as refusal:
        if any(reason in str(refusal) for reason in REFUSED):
            return ()
        raise


class Watched:
    """Runs for inference and remembers the bytes given and the peak of live storages; the parameters do not count."""

    def __init__(self) -> None:
        self.given = self.peak = 0

    def __call__(self, function: Any, module: nn.Module, given: tuple[Any, ...]) -> Any:
        with torch.no_grad(), Live(given, [*module.parameters(), *module.buffers()]) as live:
            self.given = live.now
            found = function(*given)
        self.peak = live.peak
        return found


@pytest.mark.parametrize("type_name", BUILT_IN)
def test_sharing_and_room_for_inference(type_name: str) -> None:
    def check(layer: Layer, shapes: tuple[tuple[int, ...], ...]) -> None:
        inputs = inputs_of(shapes)
        watched = Watched()
        outputs = ran(layer, inputs, watched)
        if not outputs:
            return
        shared = sharing(layer, shapes, training=False)
        own = {storage_of(x) for x in inputs}
        assert [storage_of(y) in own for y in outputs] == shared
        made = [y for y, view in zip(outputs, shared, strict=True) if not view]
        new = sum(y.untyped_storage().nbytes() if has_spare_room(layer, y) else y.nbytes for y in made)
        room = max(0, watched.peak - watched.given - new)
        if layer.room_is_estimated(*shapes):
            assert type_name in ESTIMATED
        else:
            assert layer.scratch(*shapes).bytes(4) == room

    legal(type_name, check)


@pytest.mark.parametrize("type_name", BUILT_IN)
def test_what_autograd_keeps(type_name: str) -> None:
    def check(layer: Layer, shapes: tuple[tuple[int, ...], ...]) -> None:
        learns = bool(layer.parameter_shapes(*shapes))
        floating = [i not in layer.integer_inputs for i in range(len(shapes))]
        for wanted in itertools.product(*[(True, False) if f else (False,) for f in floating]):
            for trained in {learns, False}:
                if trained or any(wanted):
                    assert_kept(layer, shapes, trained, wanted)

    legal(type_name, check)


def assert_kept(layer: Layer, shapes: tuple[tuple[int, ...], ...], trained: bool, wanted: tuple[bool, ...]) -> None:
    """What `saves` says, by storage: which inputs and outputs, and how many bytes beside them."""
    leaves = [x.requires_grad_(w) for x, w in zip(inputs_of(shapes), wanted, strict=True)]
    inputs = [x * 1 for x in leaves]  # a leaf cannot be written over
    saved: dict[int, torch.Tensor] = {}
    left_out: list[torch.Tensor] = []

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        saved[storage_of(tensor)] = tensor
        return tensor

    def training(function: Any, module: nn.Module, given: tuple[Any, ...]) -> Any:
        module.train().requires_grad_(trained)
        left_out.extend([*module.parameters(), *module.buffers()])
        with hooks():
            return function(*given)

    def hooks() -> Any:
        return torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor)

    if layer.torch_pad(*shapes) is None:
        outputs = ran(layer, inputs, training)
    else:  # the border is made before the module runs
        with hooks():
            outputs = ran(layer, inputs, training)
    if not outputs:
        return
    ours = {storage_of(x): f"input {i}" for i, x in enumerate(inputs)}
    assert [storage_of(y) in ours for y in outputs] == sharing(layer, shapes, training=True)
    if layer.type_name in ESTIMATED_SAVES or not shapes:
        return
    for i, y in enumerate(outputs):
        ours.setdefault(storage_of(y), f"output {i}")
    for tensor in left_out:
        saved.pop(storage_of(tensor), None)
    said = layer.saves(*shapes, trained=trained, wanted=wanted)
    names = {ours[storage_of(inputs[i])] for i in said.inputs} | {ours[storage_of(outputs[i])] for i in said.outputs}
    assert {ours[key] for key in saved if key in ours} == names
    assert said.extra.bytes(4) == sum(t.untyped_storage().nbytes() for key, t in saved.items() if key not in ours)


def arrangements(shape: tuple[int, ...]) -> list[torch.Tensor]:
    """Tensors of this shape that lie differently in memory: axes swapped, or slices of larger ones."""
    found = []
    rank = len(shape)
    for order in {(0, *range(2, rank), 1), (0, *range(rank - 1, 0, -1)), (1, 0, *range(2, rank))}:
        found.append(torch.randn([shape[axis] for axis in order]).permute([order.index(axis) for axis in range(rank)]))
        found.append(torch.randn([2 * shape[axis] for axis in order]).permute([order.index(axis) for axis in range(rank)]))
        for axis, size in enumerate(shape):
            found[-1] = found[-1].narrow(axis, 0, size)
    return found


def agree_on_strides(layer: Layer, inputs: list[torch.Tensor]) -> None:
    shapes = tuple(tuple(x.shape) for x in inputs)
    if layer.type_name == "linear" and layer.bias:
        layer = type(layer)(**{**layer.arguments, "bias": False})  # see above
    if layer.padded(*shapes).values:
        return  # the padded copy stands between
    if layer.family == "convolution" and len(shapes[0]) == 5:
        return  # see above
    watched = Watched()
    outputs = ran(layer, inputs, watched)
    if not outputs:
        return
    own = {storage_of(x) for x in inputs}
    new = 0
    for i, y in enumerate(outputs):
        strides = layer.view_strides(inputs[0].stride(), shapes[0])[i] if layer.shares(training=False) else None
        assert (storage_of(y) in own) == (strides is not None)
        if strides is None:
            new += y.nbytes
            laid = [(shape, x.stride()) for shape, x in zip(shapes, inputs, strict=True)]
            plain = not layer.reorders and all(itertools.starmap(is_contiguous, laid))
            strides = contiguous(y.shape) if plain else layer.new_strides(*laid)[i]
        real = [i for i, n in enumerate(y.shape) if n > 1]
        assert [y.stride(i) for i in real] == [strides[i] for i in real], f"{shapes} {[x.stride() for x in inputs]} {layer}"
    copied = 4 * layer.copied(*[(shape, x.stride()) for shape, x in zip(shapes, inputs, strict=True)])
    room = max(0, watched.peak - watched.given - new)
    assert copied + layer.scratch(*shapes).bytes(4) == room, f"{shapes} {inputs[0].stride()} {layer}"


@pytest.mark.parametrize("type_name", sorted({*BUILT_IN} - {*ESTIMATED}))
def test_strides(type_name: str) -> None:
    def check(layer: Layer, shapes: tuple[tuple[int, ...], ...]) -> None:
        if any(size == 1 for shape in shapes for size in shape[1:]):
            return  # see above
        for tensors in zip(*map(arrangements, shapes), strict=False):
            agree_on_strides(layer, list(tensors))
            agree_on_strides(layer, [tensors[0], *inputs_of(shapes[1:])])

    legal(type_name, check)
