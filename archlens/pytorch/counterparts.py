"""What a layer is in PyTorch: a module or a function, its arguments, and how its inputs go in."""

from __future__ import annotations

import functools
import inspect
import pydoc
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

import torch
from torch import nn

from archlens.errors import UsageError
from archlens.layers.base import Layer
from archlens.layers.dims import Shape
from archlens.pytorch import helpers

__all__ = ["Counterpart", "counterpart", "resolve"]

Takes: TypeAlias = Literal["each", "list", "pairs"]


class Counterpart(NamedTuple):
    """How a layer is written.

    target: a name as written after `import torch` and `from torch import nn`, or one of `helpers`.
    arguments: of the class, or of the function beside its inputs.
    takes: each input as an argument; all as one list; or two at a time, from the left.
    border: arguments of the `nn.functional.pad` that its input goes through first, if it does.
    """

    target: str
    arguments: Mapping[str, Any]
    takes: Takes = "each"
    border: Mapping[str, Any] | None = None

    @property
    def is_module(self) -> bool:
        """Whether `target` is a class."""
        return isinstance(resolve(self.target), type)


def counterpart(layer: Layer, inputs: tuple[Shape, ...]) -> Counterpart:
    """What `layer` is on inputs of these shapes; raises UsageError where PyTorch has nothing for it."""
    special = _HELPED.get(layer.type_name)
    if special is not None:
        return special(layer, inputs)
    if not layer.torch_name:
        raise UsageError(f"{layer.type_name} says no `torch_name`, so it cannot be built in PyTorch")
    rank = max(1, len(inputs[0]) - 2) if inputs else 1
    arguments = layer.torch_kwargs(*inputs)
    if arguments.get("channels_first"):
        del arguments["channels_first"]
        return Counterpart(f"Channels{layer.torch_name.removeprefix('nn.')}", arguments)
    takes: Takes = "each"
    if layer.joins:
        takes = "list" if layer.torch_name in ("torch.cat", "torch.stack") else "pairs"
    return Counterpart(layer.torch_name.format(rank=rank), arguments, takes, layer.torch_pad(*inputs))


@functools.cache
def resolve(target: str) -> Callable[..., Any]:
    """The class or function that `target` names; raises UsageError where there is none."""
    if target in helpers.__all__:
        return getattr(helpers, target)  # type: ignore[no-any-return]
    root, _, rest = target.partition(".")
    start = {"torch": torch, "nn": nn}.get(root)
    found: Any = pydoc.locate(target) if start is None else functools.reduce(_attribute, rest.split("."), start)
    if not callable(found):
        raise UsageError(f"PyTorch counterpart `{target}` cannot be found; is the package that has it installed?")
    return found  # type: ignore[no-any-return]


def _attribute(owner: Any, name: str) -> Any:
    return getattr(owner, name, None)


# ---- types whose counterpart is one of our helpers: their arguments ----


def _same(target: str) -> Callable[[Layer, tuple[Shape, ...]], Counterpart]:
    """The helper that takes what torch's class or function would."""
    accepted = inspect.signature(resolve(target)).parameters

    def made(layer: Layer, inputs: tuple[Shape, ...]) -> Counterpart:
        arguments = layer.torch_kwargs(*inputs)
        taken = {name: value for name, value in arguments.items() if name in accepted}
        return Counterpart(target, taken, border=layer.torch_pad(*inputs))

    return made


def _with(target: str, more: Callable[[Layer, tuple[Shape, ...]], Mapping[str, Any]]) -> Callable[..., Counterpart]:
    """The helper that wants something besides."""
    made = _same(target)

    def both(layer: Layer, inputs: tuple[Shape, ...]) -> Counterpart:
        same = made(layer, inputs)
        return same._replace(arguments={**more(layer, inputs), **same.arguments})

    return both


def _map_sizes(layer: Layer, inputs: tuple[Shape, ...]) -> dict[str, Any]:
    (out,) = layer.output_shapes(*inputs)
    return {"in_channels": inputs[0][1], "output_size": out[2:]}


def _parameter_sizes(layer: Layer, inputs: tuple[Shape, ...]) -> dict[str, Any]:
    return {"shape": layer.output_shapes()[0][1:]}


_HELPED: Mapping[str, Callable[[Layer, tuple[Shape, ...]], Counterpart]] = {
    "tokens": _same("to_tokens"),
    "untokens": lambda layer, inputs: Counterpart("from_tokens", {"sizes": layer.torch_kwargs(*inputs)["sizes"]}),
    "window_partition": _same("split_windows"),
    "window_reverse": _same("merge_windows"),
    "slice": _same("slice_axis"),
    "parameter": lambda layer, inputs: Counterpart("Parameter", {**layer.arguments, **_parameter_sizes(layer, inputs)}),
    "class_token": _with("ClassToken", lambda layer, inputs: {"features": inputs[0][-1]}),
    "rbf": _with("RBF", lambda layer, inputs: {"in_features": inputs[0][-1]}),
    "locally_connected": _with("LocallyConnected", _map_sizes),
    "drop_path": _same("DropPath"),
    "multihead_attention": _same("MultiheadAttention"),
    "scaled_dot_product_attention": _same("ScaledDotProductAttention"),
    "relative_position_bias": _same("RelativePositionBias"),
    "lstm": lambda layer, inputs: Counterpart("LSTM", layer.torch_kwargs(*inputs)),
    "gru": lambda layer, inputs: Counterpart("GRU", layer.torch_kwargs(*inputs)),
    "rnn": lambda layer, inputs: Counterpart("RNN", layer.torch_kwargs(*inputs)),
    "roi_align": _same("roi_align"),
    "roi_pool": _same("roi_pool"),
}
