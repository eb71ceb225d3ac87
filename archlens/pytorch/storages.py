"""Live storages as torch has them: what is allocated when, and what shares memory. On every device, meta too."""

# mypy: disable-error-code="no-any-return, no-untyped-call"

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

__all__ = ["Live", "storage_of"]


def storage_of(tensor: torch.Tensor) -> int:
    """A number that tensors share which share memory."""
    number: int = tensor.untyped_storage()._cdata
    return number


class Live(TorchDispatchMode):
    """Counts the bytes of every storage from the operation that makes it until nothing refers to it.

    now: bytes alive. peak: the most since the start, or since `restart`. allocated, freed: bytes so far.
    Storages of `known` count from the start, those of `ignored` never.
    """

    def __init__(self, known: Iterable[torch.Tensor] = (), ignored: Iterable[torch.Tensor] = ()) -> None:
        super().__init__()
        self.now = self.peak = self.allocated = self.freed = 0
        self._sizes = {storage_of(tensor): 0 for tensor in ignored}
        for tensor in known:
            self._meet(tensor)

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Else torch imports its compiler at the first operation: half a second, and a cycle that holds on to its inputs."""
        return False

    def restart(self) -> None:
        """Begin a new peak: what is alive now."""
        self.peak = self.now

    def _meet(self, tensor: torch.Tensor) -> None:
        key, storage = storage_of(tensor), tensor.untyped_storage()
        if key in self._sizes:
            return
        size = storage.nbytes()
        self._sizes[key] = size
        self.now += size
        self.allocated += size
        self.peak = max(self.peak, self.now)
        weakref.finalize(storage, self._lose, key).atexit = False

    def _lose(self, key: int) -> None:
        size = self._sizes.pop(key)
        self.now -= size
        self.freed += size

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = function(*args, **(kwargs or {}))
        for tensor in tree_leaves(found):
            if isinstance(tensor, torch.Tensor):
                self._meet(tensor)
        return found
