"""Attention, recurrent layers and boxes beyond what `families/` holds them to: MACs, what trained weights read, torchvision."""

from __future__ import annotations

import sys
from itertools import product
from math import ceil
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from archlens.errors import LayerError
from archlens.layers import GRU, LSTM, RNN, Layer, MultiheadAttention, RoIAlign, RoIPool, ScaledDotProductAttention
from tests.layers.cases import CASES, Case, examples, outcome
from tests.layers.families import detection
from tests.layers.running import inputs_of
from tests.layers.torch_oracle import build, run
from tests.layers.vision import torchvision

# ---- work ----


def flops_of(function: Any, *inputs: torch.Tensor) -> int:
    """What torch counts in a call."""
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        function(*inputs)
    return counter.get_total_flops()


@examples(200)
@given(CASES["scaled_dot_product_attention"])
def test_macs_of_attention_are_half_of_torchs_flops(case: Case) -> None:
    """In full also under a causal mask; keys that serve several heads or windows count for each."""
    found = outcome(case, "scaled_dot_product_attention")
    if not isinstance(found, LayerError):
        flops = flops_of(lambda: run("scaled_dot_product_attention", case))
        assert 2 * found[0].macs(*case.shapes) == flops


@examples(200)
@given(CASES["multihead_attention"])
def test_macs_of_multihead_attention_are_half_of_torchs_flops(case: Case) -> None:
    found = outcome(case, "multihead_attention")
    if isinstance(found, LayerError) or len({shape[0] for shape in case.shapes}) > 1:
        return
    arguments = found[0].torch_kwargs(*case.shapes) | {"dropout": 0.0}
    del arguments["is_causal"]
    inputs = [x.flatten(0, -3) for x in inputs_of(case.shapes)]
    flops = flops_of(nn.MultiheadAttention(**arguments), *inputs, *inputs[-1:] * (3 - len(inputs)))
    assert 2 * found[0].macs(*case.shapes) == flops


@pytest.mark.parametrize("type_name", ["gru", "rnn"])
def test_macs_of_unfused_layers_are_half_of_torchs_flops(type_name: str) -> None:
    module = {"gru": nn.GRU, "rnn": nn.RNN}[type_name]

    @examples(60)
    @given(CASES[type_name])
    def agree(case: Case) -> None:
        found = outcome(case, type_name)
        if not isinstance(found, LayerError):
            network = module(**found[0].torch_kwargs(*case.shapes) | {"dropout": 0.0})
            assert 2 * found[0].macs(*case.shapes) == flops_of(network, *inputs_of(case.shapes))

    agree()


@examples(60)
@given(CASES["lstm"])
def test_macs_of_an_lstm_are_those_of_its_linear_layers(case: Case) -> None:
    """At every token, in every layer and direction: the input to four gates, the state to four gates, the state projected."""
    found = outcome(case, "lstm")
    if isinstance(found, LayerError):
        return
    layer, ((batch, tokens, width), *_) = found
    size, directions = layer.hidden_size, 2 if layer.bidirectional else 1
    state = layer.proj_size or size

    def network() -> None:
        for depth, _direction, _token in product(range(layer.num_layers), range(directions), range(tokens)):
            features = width if depth else case.shapes[0][2]
            nn.Linear(features, 4 * size)(torch.zeros(batch, features))
            nn.Linear(state, 4 * size)(torch.zeros(batch, state))
            if layer.proj_size:
                nn.Linear(size, state, bias=False)(torch.zeros(batch, size))

    assert 2 * layer.macs(*case.shapes) == flops_of(network)


@pytest.mark.parametrize(("layer", "cell"), [(LSTM(7), nn.LSTMCell), (GRU(7), nn.GRUCell), (RNN(7), nn.RNNCell)])
def test_macs_are_those_of_cells(layer: Layer, cell: Any) -> None:
    def steps(x: torch.Tensor) -> None:
        for token in x.unbind(1):  # each from a state of zeros: the work is the same
            cell(5, 7)(token)

    assert 2 * layer.macs((2, 6, 5)) == flops_of(steps, torch.zeros(2, 6, 5))


class _Counted:
    """A value that counts the operations made with it."""

    made = 0

    def _operation(self, *others: Any) -> _Counted:
        _Counted.made += 1
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = function = _operation


def _lstm(product: list[_Counted], cell: _Counted) -> None:
    i, f, g, o = (p.function() for p in product)
    _ = o * (f * cell + i * g).function()


def _gru(product: list[_Counted], state: _Counted) -> None:
    """`product` holds the sums of the gates r and z alone; the candidate's two products are reset and added here."""
    r, z = (p.function() for p in product)
    n = (_Counted() + r * _Counted()).function()
    _ = (1 - z) * n + z * state


def _rnn(product: list[_Counted], state: _Counted) -> None:
    product[0].function()


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("kind", "gates", "summed", "cell"), [(LSTM, 4, 4, _lstm), (GRU, 3, 2, _gru), (RNN, 1, 1, _rnn)])
def test_operations_of_a_value_of_the_state(kind: Any, gates: int, summed: int, cell: Any, bias: bool) -> None:
    """The equations of torch's documentation, run once on values that count."""
    _Counted.made = 0
    if bias:
        for _ in range(2 * gates):  # those of the input and those of the state
            _ = _Counted() + _Counted()
    cell([_Counted() + _Counted() for _ in range(summed)], _Counted())
    assert kind(3, bias=bias).elementwise_ops((2, 5, 4)) == 2 * 5 * 3 * _Counted.made


# ---- what is read, with weights as they are trained ----


def read_by(function: Any, inputs: list[torch.Tensor]) -> list[torch.Tensor]:
    """For every input, whether each of its values (last axes) moves each value of the output (first axes); batch left out."""
    jacobians = torch.autograd.functional.jacobian(function, tuple(inputs))
    axes = jacobians[0].dim() - inputs[0].dim()
    return [jacobian.select(axes, 0).select(0, 0) != 0 for jacobian in jacobians]


def said_by(layer: Layer, shapes: tuple[tuple[int, ...], ...], output: int) -> list[torch.Tensor]:
    """The same, as `reads` tells it."""
    out = layer.output_shapes(*shapes)[output][1:]
    found = []
    for shape, row in zip(shapes, layer.reads(*shapes, output=output), strict=True):
        told = torch.zeros(*out, *shape[1:], dtype=torch.bool)
        for unit in product(*map(range, out)):
            reaches = [how.reach(*(unit[axis - 1] if axis else 0,) * 2) for axis, how in row]
            told[(*unit, *(slice(lo, hi + 1) for lo, hi in reaches))] = True
        found.append(told)
    return found


@pytest.mark.parametrize(
    "layer", [GRU(3, bidirectional=True), RNN(2, 2, bidirectional=True), LSTM(3, bidirectional=True, proj_size=2)]
)
def test_two_directions_read_all_tokens(layer: Layer) -> None:
    torch.manual_seed(0)
    shape = (1, 4, 3)
    arguments = layer.torch_kwargs(shape)
    network = {"gru": nn.GRU, "rnn": nn.RNN, "lstm": nn.LSTM}[layer.type_name](**arguments).double()
    width = layer.output_shapes(shape)[1][1] // 2
    x = inputs_of((shape,))[0].double()
    # One direction of a layer reads half the sequence, so two layers make it whole; the final states read all of it.
    (seen,) = read_by(lambda x: torch.cat([network(x)[0][:, -1, :width], network(x)[0][:, 0, width:]], -1), [x])
    assert torch.equal(seen, said_by(layer, (shape,), 1)[0])
    (seen,) = read_by(lambda x: network(x)[0], [x])
    (told,) = said_by(layer, (shape,), 0)
    assert bool((seen & ~told).sum() == 0)
    assert torch.equal(seen, told) == (layer.num_layers > 1)


@pytest.mark.parametrize("widths", [(4,), (4, 4), (4, 6), (4, 3, 5)])
def test_multihead_attention_reads_all_keys(widths: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    shapes = tuple((1, 2, tokens, width) for tokens, width in zip((3, 4, 4), widths, strict=False))
    layer = MultiheadAttention(2)
    arguments = layer.torch_kwargs(*shapes)
    assert not arguments.pop("is_causal")
    module = nn.MultiheadAttention(**arguments).double()

    def attend(*inputs: torch.Tensor) -> torch.Tensor:
        query, key, value = (*inputs, *inputs[-1:] * (3 - len(inputs)))
        return module(query[0], key[0], value[0])[0][None]

    seen = read_by(attend, [x.double() for x in inputs_of(shapes)])
    for mine, theirs in zip(said_by(layer, shapes, 0), seen, strict=True):
        assert torch.equal(mine, theirs)


# ---- learned queries ----


@pytest.mark.parametrize("layer", [ScaledDotProductAttention(2), MultiheadAttention(2)])
def test_a_batch_of_one_serves_every_example(layer: Layer) -> None:
    assert layer.output_shapes((1, 9, 4), (8, 5, 4), (8, 5, 4)) == ((8, 9, 4),)
    assert layer.output_shapes((8, 9, 4), (1, 5, 4), (1, 5, 4)) == ((8, 9, 4),)


# ---- torchvision's own boxes ----


def vision_ops() -> Any:
    package = torchvision()
    if package is None:
        pytest.skip("torchvision is not installed")
    return package.ops, package.extension._has_ops()


@examples(100)
@given(st.integers(1, 3), st.sampled_from([-1, 1, 2]), st.booleans(), st.data())
def test_roi_align_is_torchvisions(grid: int, ratio: int, aligned: bool, data: st.DataObject) -> None:
    """On boxes within the map: torchvision's version in Python does not know those that reach beyond it."""
    vision_ops()
    align = sys.modules["torchvision.ops.roi_align"]._roi_align.__wrapped__
    corner = st.floats(0, 9)
    low = [data.draw(corner), data.draw(corner)]
    boxes = torch.tensor([[*low, data.draw(st.floats(low[0], 9)), data.draw(st.floats(low[1], 9))]], dtype=torch.float64)
    (x,) = (x.double() for x in inputs_of(((1, 2, 10, 10),)))
    theirs = align(x, torch.cat([torch.zeros(1, 1), boxes], 1), 1.0, grid, grid, ratio, aligned)
    given = {"output_size": grid, "sampling_ratio": ratio, "aligned": aligned}
    for ours in (detection.ORACLES["roi_align"](given, x, boxes[None]), build(RoIAlign(**given), [x, boxes[None]])):
        torch.testing.assert_close(ours.output[0], theirs)


def test_roi_pool_is_torchvisions() -> None:
    ops, compiled = vision_ops()
    if not compiled:
        pytest.skip("this torchvision lacks its compiled operators")
    shapes = ((2, 3, 9, 12), (2, 20, 4))
    x, boxes = inputs_of(shapes)
    boxes = boxes.abs() * 4
    theirs = ops.roi_pool(x, [*boxes], (3, 2), 0.75)
    ours = detection.ORACLES["roi_pool"]({"output_size": (3, 2), "spatial_scale": 0.75}, x, boxes)
    torch.testing.assert_close(ours.output.flatten(0, 1), theirs)


@pytest.mark.parametrize("size", [(1, 1), (5, 9), (16, 13)])
@pytest.mark.parametrize("grid", [1, 2, 7])
def test_a_box_over_the_whole_map_is_what_is_counted(size: tuple[int, int], grid: int) -> None:
    """Samples and spans as the definitions find them for that box."""
    channels = 3
    shapes = ((1, channels, *size), (1, 2, 4))
    sides = detection._sides([0, 0, size[1], size[0]], [grid, grid], {})
    samples = sides[0][2] * sides[1][2]
    assert RoIAlign(grid).elementwise_ops(*shapes) == 2 * channels * grid * grid * samples * (7 + 1)
    spans = [sum(ceil(n * (u + 1) / grid) - n * u // grid for u in range(grid)) for n in size]
    assert RoIPool(grid).elementwise_ops(*shapes) == 2 * channels * spans[0] * spans[1]
