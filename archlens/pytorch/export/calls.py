"""Layers as Python calls: the constructor of a module, and functions as people write them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from torch import nn

from archlens.pytorch.counterparts import resolve
from archlens.pytorch.export.bodies import Function, Make
from archlens.pytorch.export.layout import Bracketed, Either, Text, call, flat, literal
from archlens.pytorch.export.solve import Expression

__all__ = [
    "REQUIRED",
    "Named",
    "Signature",
    "function_text",
    "is_idle",
    "module_text",
    "padded",
    "torch_signature",
    "written_target",
]

REQUIRED: Any = inspect.Parameter.empty
Signature: TypeAlias = Mapping[str, Any]
"""The arguments of a class in order, with their defaults or `REQUIRED`."""

Named: TypeAlias = Callable[[str], str]
"""How a parameter of the class is said where the text stands: `width` or `self.width`."""

_OPERATORS = {"torch.add": "+", "torch.sub": "-", "torch.mul": "*", "torch.div": "/", "torch.matmul": "@"}
_METHODS = {"torch.mean", "torch.sum", "torch.amax", "torch.amin", "torch.roll", "torch.permute", "torch.reshape"}
_DEFAULTS: Mapping[str, Any] = {"keepdim": False, "mode": "constant", "value": (0, None)}
_FOLLOWS = {"kdim": "embed_dim", "vdim": "embed_dim"}
"""Arguments that are as another one unless it is said."""

_BARE_ARGUMENTS = 3
"""Of torch's classes and the helpers: no more of the arguments that have no default stand without their names."""

_BARE = {"torch.split": "split_size_or_sections", "torch.chunk": "chunks"}


def written_target(target: str) -> str:
    """A class or function as the file names it after its imports."""
    return target.removeprefix("nn.") if target.startswith("nn.functional.") else target


@functools.cache
def torch_signature(target: str) -> Signature:
    """The arguments of one of torch's classes, or of a helper; raises UsageError where there is none."""
    cls: Any = resolve(target)
    parameters = inspect.signature(cls).parameters
    if any(one.kind is one.VAR_POSITIONAL for one in parameters.values()) and issubclass(cls, nn.RNNBase):
        parameters = inspect.signature(nn.RNNBase).parameters
        named = {name: one.default for name, one in parameters.items() if name not in ("mode", "kwargs")}
        return {**named, "nonlinearity": "tanh"}
    return {name: one.default for name, one in parameters.items()}


def module_text(make: Make, signature: Signature, named: Named, is_ours: bool) -> Bracketed:
    """The call that makes a module; what a default says is left out. is_ours: whether its class is one of the file's."""
    arguments: Mapping[str, Expression] = make.arguments
    items: list[tuple[str, Text]] = []
    positional = True
    ordered = [name for name in signature if name in arguments] + [name for name in arguments if name not in signature]
    for name in ordered:
        value, default = arguments[name], signature.get(name, REQUIRED)
        follows = _FOLLOWS.get(name, "kernel_size" if name == "stride" and "Pool" in make.target else "")
        if _is(value, default) or (follows in arguments and value == arguments[follows]):
            positional = False
            continue
        spelled_out = default is not REQUIRED or name not in signature or (name == "kernel_size" and "Conv" in make.target)
        positional = positional and not spelled_out and (is_ours or len(items) < _BARE_ARGUMENTS)
        items.append(("" if positional else f"{name}=", value.text(named)))
    return Bracketed(written_target(make.target), tuple(items))


def _is(value: Expression, default: Any) -> bool:
    """Whether a value is the same in every instance, and this default."""
    if default is REQUIRED or not value.is_literal:
        return False
    numbers = [type(one) in (int, float) for one in (value.value, default)]
    return bool(value.value == default) if all(numbers) else literal(value.value) == literal(default)


def padded(text: str, border: Mapping[str, Expression], named: Named) -> Text:
    """A value with a border around it."""
    kept = _kept(border)
    return Bracketed("functional.pad", (("", text), ("", kept.pop("pad").text(named)), *_keywords(kept, named)))


def is_idle(function: Function) -> bool:
    """Whether it puts out its input: a border without width."""
    pad = function.arguments.get("pad")
    return function.target == "nn.functional.pad" and pad is not None and pad.is_literal and not any(pad.value)


def function_text(function: Function, operands: Sequence[Text], named: Named) -> Text:
    """A function called on these operands."""
    arguments: Mapping[str, Expression] = function.arguments
    target, takes = function.target, function.takes
    if takes == "list":
        return Bracketed(
            target, (("", Bracketed("", tuple([("", one) for one in operands]), "[]")), *_keywords(arguments, named))
        )
    if takes == "pairs":
        return _joined(target, operands)
    first = flat(operands[0]) if operands else ""
    if target == "nn.functional.pad":
        return padded(first, arguments, named)
    if target in _METHODS:
        return _method(first, target, arguments, named)
    if target in _BARE:
        bare = arguments[_BARE[target]].text(named)
        rest = {name: value for name, value in arguments.items() if name != _BARE[target]}
        return Bracketed(f"{first}.{target.removeprefix('torch.')}", (("", bare), *_keywords(rest, named)))
    return _inline(first, target, arguments, named) or Bracketed(
        written_target(target), (*[("", one) for one in operands], *_keywords(_kept(arguments), named))
    )


def _keywords(arguments: Mapping[str, Expression], named: Named) -> Iterable[tuple[str, Text]]:
    return [(f"{name}=", value.text(named)) for name, value in arguments.items()]


def _kept(arguments: Mapping[str, Expression]) -> dict[str, Expression]:
    """The arguments without those that a function takes by itself."""
    found = {}
    for name, value in arguments.items():
        default = _DEFAULTS.get(name, REQUIRED)
        if not (value.is_literal and any(value.value == one for one in (default if isinstance(default, tuple) else (default,)))):
            found[name] = value
    return found


def _joined(target: str, operands: Sequence[Text]) -> Text:
    """Two at a time, from the left."""
    joined = operands[0]
    for one in operands[1:]:
        joined = call(target, (joined, one))
    if target in _OPERATORS and len(operands) > 1:
        return Either(f" {_OPERATORS[target]} ".join(map(flat, operands)), joined)
    return joined


def _method(first: str, target: str, arguments: Mapping[str, Expression], named: Named) -> Text:
    head = f"{first}.{target.removeprefix('torch.')}"
    kept = {name: _single(value) if name == "dim" else value for name, value in _kept(arguments).items()}
    if target in ("torch.permute", "torch.reshape"):
        (sizes,) = kept.values()
        items = map(literal, sizes.value) if sizes.is_literal and isinstance(sizes.value, tuple) else (sizes.text(named),)
        return call(head, items)
    return Bracketed(head, tuple(_keywords(kept, named)))


def _single(value: Expression) -> Expression:
    """An axis where one is all that is named."""
    if value.is_literal and isinstance(value.value, tuple) and len(value.value) == 1:
        return Expression(literal(value.value[0]), (), value.value[0])
    return value


def _inline(first: str, target: str, arguments: Mapping[str, Expression], named: Named) -> str:
    """What is better written out than called; empty for other functions."""
    if target == "to_tokens":
        return f"{first}.flatten(2).transpose(1, 2)"
    if target == "from_tokens":
        return f"{first}.transpose(1, 2).unflatten(2, {arguments['sizes'].text(named)})"
    if not all(value.is_literal for value in arguments.values()):
        return ""
    if target == "torch.select":
        return f"{first}[{_along(arguments['dim'].value, literal(arguments['index'].value))}]"
    if target == "slice_axis":
        start, end, step = [arguments[name].value for name in ("start", "end", "step")]
        cut = f"{start or ''}:{'' if end is None else end}" + (f":{step}" if step not in (1, None) else "")
        return f"{first}[{_along(arguments['dim'].value, cut)}]"
    return ""


def _along(dim: int, index: str) -> str:
    """An index of one axis."""
    before = [":"] * dim if dim >= 0 else ["..."]
    return ", ".join([*before, index, *[":"] * (-dim - 1 if dim < 0 else 0)])
