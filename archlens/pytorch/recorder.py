"""A run of any module, layer by layer: hooks know when a layer runs, a dispatch mode what it allocates.

A layer is a module that calls no other of the tree (or one that is named as such), or a function called outside of those.
"""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from archlens.analysis.traced import TracedLayer
from archlens.pytorch.storages import Live

__all__ = ["Recorder", "leaves_of"]


def leaves_of(root: nn.Module) -> dict[str, nn.Module]:
    """The modules of a tree that are layers, by path: those without children, and torch's own that are no mere containers."""
    found: dict[str, nn.Module] = {}
    for name, module in root.named_modules():
        inside = any(name.startswith(f"{path}.") for path in found)
        own = type(module).__module__.startswith("torch.nn.modules.") and not type(module).__module__.endswith("container")
        if name and not inside and (own or not any(True for _ in module.children())):
            found[name] = module
    return found


class Recorder:
    """Within, every layer that runs is recorded in `layers`. Nothing of the module is changed, and no hook stays.

    leaves: path → module of what counts as a layer. known: tensors alive from the start, such as the inputs.
    functions: whether functions called outside of the leaves are layers too, called `module.function`.
    begun: told each layer's path as it starts.
    peak_bytes: the most alive at once, weights apart; allocator_bytes: that CUDA's allocator had handed out.
    """

    def __init__(
        self,
        root: nn.Module,
        leaves: Mapping[str, nn.Module],
        known: Iterable[Tensor] = (),
        functions: bool = False,
        begun: Callable[[str], None] = lambda path: None,
    ) -> None:
        self.layers: list[TracedLayer] = []
        self.peak_bytes = 0
        self.allocator_bytes: int | None = None
        self._root, self._leaves, self._begun, self._functions = root, leaves, begun, functions
        weights = [*root.parameters(), *root.buffers()]
        self._live = Live(known, weights)
        self._cuda = next((tensor.device for tensor in weights if tensor.is_cuda), None)
        self._holders: dict[Tensor, str] = {}
        self._beside = 0  # what the allocator holds that is none of the activations
        self._path: str | None = None
        self._since, self._allocated, self._freed = 0.0, 0, 0
        self._stack = ExitStack()

    def __enter__(self) -> Recorder:
        if self._cuda is not None:
            torch.cuda.synchronize(self._cuda)
            self._beside = torch.cuda.memory_allocated(self._cuda) - self._live.now
        for path, module in self._leaves.items():
            self._hook(module, _starting(self, path), _stopping(self))
        self._stack.enter_context(self._live)
        if self._functions:
            self._stack.enter_context(_Functions(self))
        return self

    def __exit__(self, *raised: Any) -> None:
        self._stack.close()
        self._end_turn()

    @property
    def busy(self) -> bool:
        """Whether a layer is running."""
        return self._path is not None

    def start(self, path: str) -> None:
        """A layer begins."""
        self._end_turn()
        self._begun(path)
        self._live.restart()
        self._allocated, self._freed = self._live.allocated, self._live.freed
        if self._cuda is not None:
            torch.cuda.synchronize(self._cuda)
            torch.cuda.reset_peak_memory_stats(self._cuda)
        self._path, self._since = path, time.perf_counter()

    def stop(self, kind: str, module: nn.Module, found: Any) -> None:
        """The layer that began is done."""
        path, self._path = self._path or "", None
        most = None
        if self._cuda is not None:
            torch.cuda.synchronize(self._cuda)
            most = torch.cuda.max_memory_allocated(self._cuda) - self._beside
            self.allocator_bytes = max(self.allocator_bytes or 0, most)
        seconds = time.perf_counter() - self._since
        outputs = [tensor for tensor in tree_leaves(found) if isinstance(tensor, Tensor)]
        parameters, buffers = dict(module.named_parameters()), dict(module.named_buffers())
        holders = {name: self._holders.setdefault(value, path) for name, value in (parameters | buffers).items()}
        self.layers.append(
            TracedLayer(
                path=path,
                kind=kind,
                outputs=tuple([tuple(tensor.shape) for tensor in outputs]),
                dtypes=tuple([str(tensor.dtype).removeprefix("torch.") for tensor in outputs]),
                parameters={name: tuple(value.shape) for name, value in parameters.items()},
                buffers={name: tuple(value.shape) for name, value in buffers.items()},
                frozen=frozenset([name for name, value in parameters.items() if not value.requires_grad]),
                borrowed={name: holder for name, holder in holders.items() if holder != path},
                allocated_bytes=self._live.allocated - self._allocated,
                freed_bytes=0,
                peak_bytes=self._live.peak,
                seconds=seconds,
                allocator_bytes=most,
            )
        )

    def drop(self) -> None:
        """What began was no layer."""
        self._path = None

    def _end_turn(self) -> None:
        """The time of the last layer is over: what was let go since it began is its doing."""
        self.peak_bytes = max(self.peak_bytes, self._live.peak)
        if self.layers:
            self.layers[-1] = self.layers[-1]._replace(freed_bytes=self._live.freed - self._freed)

    def _hook(self, module: nn.Module, before: Callable[..., None], after: Callable[..., None]) -> None:
        self._stack.callback(module.register_forward_pre_hook(before).remove)
        self._stack.callback(module.register_forward_hook(after).remove)


def _starting(recorder: Recorder, path: str) -> Callable[..., None]:
    return lambda module, inputs: recorder.start(path)


def _stopping(recorder: Recorder) -> Callable[..., None]:
    return lambda module, inputs, found: recorder.stop(type(module).__name__, module, found)


class _Functions(TorchFunctionMode):
    """Tells the recorder of functions that modules call beside their submodules."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self._recorder = recorder
        self._inside: list[str] = []
        self._names: dict[str, int] = {}
        leaves = {*recorder._leaves.values()}
        for path, module in recorder._root.named_modules():
            if module not in leaves:
                recorder._hook(module, self._entering(path), self._leaving)

    def _entering(self, path: str) -> Callable[..., None]:
        return lambda module, inputs: self._inside.append(path)

    def _leaving(self, module: nn.Module, inputs: Any, found: Any) -> None:
        self._inside.pop()

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        recorder = self._recorder
        if recorder.busy:
            return function(*args, **(kwargs or {}))
        name = getattr(function, "__name__", "function")
        where = ".".join([*self._inside[-1:], name]).removeprefix(".")
        recorder.start(where)
        found = function(*args, **(kwargs or {}))
        if any(isinstance(leaf, Tensor) for leaf in tree_leaves(found)):
            self._names[where] = count = self._names.get(where, 0) + 1
            recorder._path = where if count == 1 else f"{where}_{count}"
            recorder.stop(name, _NOTHING, found)
        else:
            recorder.drop()
        return found


_NOTHING = nn.Module()
