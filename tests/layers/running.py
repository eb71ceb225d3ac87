"""Running torch for the layer tests: what comes out, and what holds the parameters."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import nn

__all__ = ["REFUSALS", "Ran", "forward", "inputs_of", "module_of", "quiet", "running"]

torch.set_num_threads(1)

REFUSALS = (RuntimeError, ValueError, TypeError, IndexError, AssertionError, ZeroDivisionError)  # what torch says no with


class Ran(NamedTuple):
    """What came out, and the module that holds the parameters, if one does."""

    outputs: tuple[torch.Tensor, ...]
    module: nn.Module

    @property
    def output(self) -> torch.Tensor:
        """The first output."""
        return self.outputs[0]

    def parameters(self) -> dict[str, tuple[int, ...]]:
        return {name: tuple(value.shape) for name, value in self.module.named_parameters()}

    def buffers(self) -> dict[str, tuple[int, ...]]:
        return {name: tuple(value.shape) for name, value in self.module.named_buffers()}


def inputs_of(shapes: tuple[tuple[int, ...], ...]) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(shape, generator=generator) for shape in shapes]


Way = Callable[[Callable[..., Any], nn.Module, tuple[Any, ...]], Any]
_way: list[Way] = []


@contextmanager
def running(way: Way) -> Iterator[None]:
    """Within, `forward` runs by `way(function, module, inputs)` and not for inference."""
    _way.append(way)
    try:
        yield
    finally:
        _way.pop()


def forward(function: Callable[..., Any], *tensors: Any) -> Ran:
    """Run for inference. Several outputs are a tuple or list of tensors, in the order of the layer's."""
    module = function.eval() if isinstance(function, nn.Module) else nn.Module()
    if _way:
        found = _way[-1](function, module, tensors)
    else:
        with torch.no_grad():
            found = function(*tensors)
    return Ran((found,) if isinstance(found, torch.Tensor) else tuple(found), module)


def module_of(cls: type[nn.Module], **preset: Any) -> Callable[..., Ran]:
    """An oracle that is nothing but a module of torch with the arguments of the case."""
    return lambda given, x: forward(cls(**preset, **given), x)


def quiet(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` without torch's warnings: here only a refusal counts."""

    @functools.wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(*arguments, **named)

    return call
