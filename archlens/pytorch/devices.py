"""Where a network runs and in what: devices and dtypes by name, what they hold, and the inputs to run it on."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from archlens.errors import UsageError
from archlens.graph.model import Graph

__all__ = [
    "DEVICES",
    "available_bytes",
    "device_name",
    "device_named",
    "dtype_named",
    "example_inputs",
    "tables",
    "told_when_full",
]

DEVICES = ("auto", "cpu", "cuda", "meta")

_COMPUTED = ("float64", "float32", "bfloat16", "float16")


def device_named(name: str) -> torch.device:
    """`cpu`, `meta`, `cuda` or `cuda:1`; raises UsageError for what this machine lacks."""
    kind = name.partition(":")[0]
    if kind == "cuda":
        if not torch.cuda.is_available():
            built = torch.version.cuda
            why = "this PyTorch is built for the CPU only" if built is None else "PyTorch sees no GPU"
            raise UsageError(f"no CUDA device: {why}; choose --device cpu or meta")
        count = torch.cuda.device_count()
        number = name.partition(":")[2]
        if number and not (number.isdecimal() and int(number) < count):
            raise UsageError(f"no device is called `{name}`; there are {', '.join(f'cuda:{i}' for i in range(count))}")
    elif name not in DEVICES:
        raise UsageError(f"no device is called `{name}`; there are {', '.join(DEVICES)}")
    return torch.device(name)


def device_name(device: torch.device) -> str:
    """What people call the part that computes."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return "no values, sizes only" if device.type == "meta" else platform.processor() or platform.machine()


def dtype_named(name: str) -> torch.dtype:
    """The dtype for running; raises UsageError for one that PyTorch only stores."""
    if name not in _COMPUTED:
        raise UsageError(f"PyTorch does not compute whole networks in {name}; choose {', '.join(_COMPUTED)}")
    return getattr(torch, name)  # type: ignore[no-any-return]


def available_bytes(device: torch.device) -> int | None:
    """The memory that is free there; None where that is not known."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    if device.type == "meta":
        return None
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)
    except OSError:
        return None


@contextmanager
def told_when_full(needed: int, device: torch.device) -> Iterator[None]:
    """One line where memory runs out: what was needed and what there is. needed: bytes, at least."""
    try:
        yield
    except RuntimeError as error:
        full = isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)
        if not full:
            raise
        free = available_bytes(device)
        there = "" if free is None else f", and {free / 2**30:.1f} GiB are free"
        message = f"out of memory on {device}: weights and activations take {needed / 2**30:.1f} GiB{there}"
        raise UsageError(f"{message}; choose --device meta, which needs none, or a smaller batch") from None


def tables(graph: Graph) -> dict[int, int]:
    """For each tensor of whole numbers: how many rows the smallest table has that a layer looks them up in."""
    most: dict[int, int] = {}
    for node in reversed(graph.nodes):
        rows = [most[tensor] for tensor in node.outputs if tensor in most]  # it only moves them
        for at, tensor in enumerate(node.inputs):
            if at in node.layer.integer_inputs:
                rows = [min(shape[0] for shape in node.layer.parameter_shapes(*node.input_shapes).values())]
            if rows and tensor in graph.integers:
                most[tensor] = min(most.get(tensor, rows[0]), *rows)
    return most


def example_inputs(graph: Graph, device: torch.device, dtype: torch.dtype) -> list[Tensor]:
    """An input of the right size for each of the network's: random values, or numbers within the table that they look up."""
    most = tables(graph)
    generator = torch.Generator().manual_seed(0)
    found = []
    for number in graph.inputs.values():
        shape = graph.shapes[number]
        if device.type == "meta":
            found.append(torch.empty(shape, device=device, dtype=torch.int64 if number in most else dtype))
        elif number in most:
            found.append(torch.randint(most[number], shape, generator=generator).to(device))
        else:
            found.append(torch.randn(shape, generator=generator).to(device, dtype))
    return found
