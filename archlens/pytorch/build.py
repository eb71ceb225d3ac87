"""Graph → nn.Module: one submodule a layer, called by its path."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from archlens.errors import UsageError
from archlens.graph.model import Graph, Node
from archlens.layers.base import Layer
from archlens.layers.dims import Shape, show
from archlens.pytorch.counterparts import Counterpart, counterpart, resolve
from archlens.pytorch.helpers import share

__all__ = ["REFUSALS", "BuiltNetwork", "Function", "Step", "build", "build_layer", "first_line", "last_uses", "module_name"]


REFUSALS = (RuntimeError, ValueError, IndexError)
"""What torch raises where it does not run what it is given."""


def first_line(error: Exception) -> str:
    """What an error says, without the tables and stacks that follow; its type where it says nothing."""
    return str(error).partition("\n")[0] or type(error).__name__


class Function(nn.Module):
    """A layer that is a function in PyTorch, so that it too has a place and a name."""

    def __init__(self, target: str, arguments: Mapping[str, Any], takes: str = "each") -> None:
        super().__init__()
        self.target, self.arguments, self.takes = target, dict(arguments), takes
        self._function = resolve(target)

    def forward(self, *inputs: Tensor) -> Any:
        """What the function makes of the inputs."""
        if self.takes == "list":
            return self._function(inputs, **self.arguments)
        if self.takes == "pairs":
            return functools.reduce(functools.partial(self._function, **self.arguments), inputs)
        return self._function(*inputs, **self.arguments)

    def extra_repr(self) -> str:
        """The call, as torch shows a module's arguments."""
        return ", ".join([self.target, *[f"{name}={value!r}" for name, value in self.arguments.items()]])


@functools.cache
def _padding(cls: type[nn.Module]) -> type[nn.Module]:
    """`cls` with a border put around its input first, for padding that it cannot express."""

    def forward(self: Any, x: Tensor) -> Any:
        return cls.forward(self, functional.pad(x, **self.border))

    return type(f"Padded{cls.__name__}", (cls,), {"forward": forward, "__doc__": f"{cls.__name__} on a padded input."})


def build_layer(layer: Layer, *inputs: Shape) -> nn.Module:
    """One layer as a module, for inputs of these shapes; raises UsageError where PyTorch has nothing for it."""
    return _made(counterpart(layer, inputs))


def _made(part: Counterpart) -> nn.Module:
    if not part.is_module:
        return Function(part.target, part.arguments, part.takes)
    cls: Any = resolve(part.target)
    if part.border is None:
        return cls(**part.arguments)  # type: ignore[no-any-return]
    module = _padding(cls)(**part.arguments)
    module.border = dict(part.border)  # type: ignore[assignment]
    return module


class Step(NamedTuple):
    """One layer at its turn. outputs: tensor numbers. dying: tensors that nothing needs after it."""

    path: str
    module: nn.Module
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    dying: tuple[int, ...]


class BuiltNetwork(nn.Module):
    """A network as declared: submodules are called by the paths of the layers, scopes between them too.

    It takes its inputs in their order, or by name, and gives its output, or a tuple of several in the order declared.
    Nothing is held longer than a layer needs it.
    """

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.inputs: dict[str, Shape] = {name: graph.shapes[tensor] for name, tensor in graph.inputs.items()}
        self._name = graph.name
        self.numbers = tuple(graph.inputs.values())
        self._outputs = tuple(graph.outputs.values())
        self.steps: list[Step] = []  # there before a layer of that name is
        modules = {node.path: _settled(self, node) for node in graph.nodes}
        for node, dying in zip(graph.nodes, _dying(graph), strict=True):
            self.steps.append(Step(node.path, modules[node.path], node.inputs, node.outputs, tuple(dying)))
        for node in graph.nodes:
            if node.owner != node.path:
                share(modules[node.path], modules[node.owner])
            if not node.trainable:
                modules[node.path].requires_grad_(False)

    def forward(self, *inputs: Tensor, **named: Tensor) -> Any:
        """Run; raises UsageError for inputs that do not go in."""
        given = self._named(inputs, named)
        tensors = dict(zip(self.numbers, given, strict=True))
        shapes = [tuple(tensor.shape) for tensor in given]
        try:
            self.run(tensors)
        except torch.OutOfMemoryError:
            raise
        except REFUSALS as error:
            if all(shape[1:] == declared[1:] for shape, declared in zip(shapes, self.inputs.values(), strict=True)):
                raise
            where = "; ".join(getattr(error, "__notes__", ()))
            message = f"{self._name} takes {self._told_inputs()}, got {', '.join(map(show, shapes))}: {where}: {error}"
            raise UsageError(message) from error
        found = tuple([tensors[number] for number in self._outputs])
        return found[0] if len(found) == 1 else found

    def run(self, tensors: dict[int, Tensor]) -> None:
        """Replace the inputs in `tensors`, by their numbers, by the outputs; the one to own what it holds."""
        for path, module, inputs, outputs, dying in self.steps:
            try:
                found = module(*[tensors[number] for number in inputs])
            except REFUSALS as error:
                error.add_note(f"in layer {path}")
                raise
            tensors.update(zip(outputs, found if isinstance(found, tuple | list) else (found,), strict=True))
            del found
            for number in dying:
                del tensors[number]

    def _named(self, inputs: tuple[Tensor, ...], named: Mapping[str, Tensor]) -> list[Tensor]:
        """The inputs in order; raises UsageError where they are not those declared."""
        names = [*self.inputs]
        given = {**dict(zip(names, inputs, strict=False)), **named}
        count = len(inputs) + len(named)
        if count != len(names) or {*given} != {*names}:
            raise UsageError(f"{self._name} takes {self._told_inputs()}, got {count} input{'' if count == 1 else 's'}")
        for name, declared in self.inputs.items():
            if given[name].dim() != len(declared):
                got = show(tuple(given[name].shape))
                raise UsageError(f"{self._name}: {name} has {len(declared)} axes with the batch, {show(declared)}; got {got}")
        return [given[name] for name in names]

    def _told_inputs(self) -> str:
        return ", ".join([f"{name} {show(shape)}" for name, shape in self.inputs.items()])


def build(graph: Graph, device: str | torch.device = "cpu", dtype: torch.dtype | None = None) -> BuiltNetwork:
    """The network as a module that trains, initialized as torch does it.

    device: where its parameters lie; on `meta` they take no memory. Raises UsageError for a layer that PyTorch has nothing
    for, and for paths that cannot be names of modules.
    """
    with torch.device(device):
        network = BuiltNetwork(graph)
    return network if dtype is None else network.to(dtype)


def _settled(root: nn.Module, node: Node) -> nn.Module:
    """The module of a layer, put at its place below `root`."""
    try:
        module = build_layer(node.layer, *node.input_shapes)
    except UsageError as error:
        raise UsageError(f"{node.path}: {error}") from None
    except REFUSALS as error:
        error.add_note(f"in layer {node.path}")
        raise
    *scopes, name = module_name(node.path).split(".")
    if "" in (name, *scopes):
        raise UsageError(f"`{node.path}` cannot be the name of a module in PyTorch, which cuts names at dots; name it otherwise")
    if "training" in (name, *scopes):
        raise UsageError(f"`{node.path}` cannot be the name of a module in PyTorch, which keeps `training`; name it otherwise")
    owner = root
    for scope in scopes:
        owner = owner._modules.setdefault(scope, nn.Module())  # type: ignore[assignment]
    if name in owner._modules or name in owner._parameters or name in owner._buffers:
        raise UsageError(f"`{node.path}` is called like another part of the network in PyTorch; name it otherwise")
    owner._modules[name] = module  # not add_module, which refuses a layer called `train` or `float`
    return module


def module_name(path: str) -> str:
    """What torch calls the module at a path."""
    return path.replace("/", ".")


def last_uses(graph: Graph) -> list[int]:
    """For each tensor the number of the last node that reads it; one past the end for outputs; -1 where nobody does."""
    found = [-1] * len(graph.shapes)
    for number, node in enumerate(graph.nodes):
        for tensor in node.inputs:
            found[tensor] = number
    for tensor in graph.outputs.values():
        found[tensor] = len(graph.nodes)
    return found


def _dying(graph: Graph) -> list[list[int]]:
    """For each layer the tensors that it is the last to read, and those it makes for nobody."""
    found: list[list[int]] = [[] for _ in graph.nodes]
    for tensor, last in enumerate(last_uses(graph)):
        step = last if last >= 0 else graph.producers[tensor]
        if 0 <= step < len(found):
            found[step].append(tensor)
    return found
