"""A graph built, run and recorded: what PyTorch makes of it, as an `Analysis` and layer by layer."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeAlias

import torch
from torch import Tensor

from archlens.analysis.facts import Analysis
from archlens.analysis.measured import measured_analysis
from archlens.analysis.traced import Counted, Trace, TracedLayer
from archlens.graph.model import Graph
from archlens.pytorch.build import BuiltNetwork, build, first_line, module_name
from archlens.pytorch.devices import device_name, device_named, dtype_named, example_inputs, told_when_full
from archlens.pytorch.flops import Flops, math_attention
from archlens.pytorch.recorder import Recorder

__all__ = ["Told", "count_by_fvcore", "count_flops", "quiet", "record", "trace"]

Told: TypeAlias = Callable[[str], None]
"""Hears what is being done."""


def trace(graph: Graph, static: Analysis, device: str = "cpu", told: Told = lambda step: None) -> Trace:
    """`graph` run once for inference on `device`, and its operations counted forward and backward.

    static: its computed figures; of them the dtype is taken, and for messages what memory it needs. told: hears what is
    being done. Raises UsageError for a device, dtype or layer that PyTorch does not have and where memory runs out, and
    one of REFUSALS, with the layer as its note, where PyTorch refuses to run what was declared.
    """
    place, dtype = device_named(device), dtype_named(static.totals.dtype)
    totals = static.totals
    with told_when_full(totals.running_bytes, place), quiet():
        told("building")
        network = build(graph, place, dtype).eval()
        layers, recorder, seconds = record(network, example_inputs(graph, place, dtype), told)
        told("counting operations")
        forward, backward, untrained = count_flops(graph)
        fvcore: Counted | None = None
        notes: tuple[str, ...] = ("fvcore needs values, so it cannot count on meta",)
        if place.type != "meta":
            told("fvcore")
            try:
                fvcore, notes = count_by_fvcore(network, example_inputs(graph, place, dtype)), ()
            except AssertionError as error:  # its rule for norms takes no more than five axes
                notes = (f"fvcore does not count this network: it asserts of a shape {error}",)
    return Trace(
        analysis=measured_analysis(graph, static, layers, forward.layers, recorder.peak_bytes),
        device=device,
        device_name=device_name(place),
        dtype=totals.dtype,
        layers=layers,
        forward=forward,
        backward=backward,
        untrained=untrained,
        fvcore=fvcore,
        peak_bytes=recorder.peak_bytes,
        allocator_bytes=recorder.allocator_bytes,
        seconds=seconds,
        notes=notes,
    )


def record(
    network: BuiltNetwork, inputs: list[Tensor], told: Told = lambda step: None
) -> tuple[tuple[TracedLayer, ...], Recorder, float]:
    """The layers of one inference as they ran, and its seconds. `inputs` is emptied: the run lets go of them when it can."""
    leaves = {step.path: step.module for step in network.steps}
    tensors = dict(zip(network.numbers, inputs, strict=True))
    recorder = Recorder(network, leaves, inputs, begun=told)
    inputs.clear()
    with torch.no_grad(), recorder:
        since = time.perf_counter()
        network.run(tensors)
        seconds = time.perf_counter() - since
    return tuple(recorder.layers), recorder, seconds


def count_flops(graph: Graph) -> tuple[Counted, Counted, str]:
    """The operations of a forward and a backward pass by torch's FlopCounterMode, on meta tensors.

    The third is why torch does not train the network, where it does not since a layer writes in place over what another's
    gradient needs; the second is empty then. Attention runs on the math back end: the mode has no formula for some of the
    fused kernels and would count nothing there.
    """
    why = ""
    try:
        counter = _counted(graph)
    except RuntimeError as error:
        why = first_line(error)
        if "inplace" not in why.replace("-", ""):
            raise
        with torch.no_grad():
            counter = _counted(graph)
    name = "FlopCounterMode"
    forward, backward = (Counted(name, "FLOPs", sum(table.values()), table) for table in (counter.forward, counter.backward))
    return forward, backward, why


def _counted(graph: Graph) -> Flops:
    network = build(graph, "meta").eval()
    with math_attention(), Flops({step.path: step.module for step in network.steps}) as counter:
        found = network(*example_inputs(graph, torch.device("meta"), torch.float32))
        outputs = [y for y in (found if isinstance(found, tuple) else (found,)) if y.requires_grad]
        if outputs and torch.is_grad_enabled():
            torch.autograd.backward(outputs, [torch.empty_like(y) for y in outputs])
    return counter


def count_by_fvcore(network: BuiltNetwork, inputs: list[Tensor]) -> Counted:
    """The operations of a forward pass by fvcore's FlopCountAnalysis, which runs the network to trace it."""
    logging.getLogger("fvcore.nn.jit_analysis").setLevel(logging.ERROR)
    with quiet(), torch.no_grad():
        from fvcore.nn import FlopCountAnalysis  # which warns of its own age

        counter = FlopCountAnalysis(network, tuple(inputs))
        counter.unsupported_ops_warnings(False).uncalled_modules_warnings(False).tracer_warnings("none")
        by_module: Mapping[str, int] = counter.by_module()
        layers = {step.path: int(by_module[module_name(step.path)]) for step in network.steps}
        return Counted("fvcore", "MACs", int(counter.total()), layers, dict(counter.unsupported_ops()))


@contextmanager
def quiet() -> Iterator[None]:
    """torch warns of arguments without effect, such as the dropout of a single recurrent layer, which is for design rules; its
    tracer of values that it takes to be constant; and tools that count of what they use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
