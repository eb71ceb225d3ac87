"""torch's own count of operations, forward and backward, layer by layer."""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

__all__ = ["Flops", "math_attention"]


@contextmanager
def math_attention() -> Iterator[None]:
    """Within, attention is composed of matrix products."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with sdpa_kernel(SDPBackend.MATH):
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


class Flops(TorchDispatchMode):
    """torch's FlopCounterMode, with what it counts put to the layer that is running, or whose gradient is.

    The mode's own table by module is wrong for backward passes after joins. `forward` and `backward` are by path; layers are
    recognized by the numbers that autograd gives to their operations.
    """

    def __init__(self, leaves: Mapping[str, nn.Module]) -> None:
        super().__init__()
        self.forward: dict[str, int] = {}
        self.backward: dict[str, int] = {}
        self._leaves = leaves
        self._counter = FlopCounterMode(display=False)
        self._starts: list[int] = []
        self._paths: list[str] = []
        self._running = ""
        self._stack = ExitStack()

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # as in `storages.py`

    def __enter__(self) -> Flops:
        for path, module in self._leaves.items():
            self._stack.callback(module.register_forward_pre_hook(self._start(path)).remove)
            self._stack.callback(module.register_forward_hook(self._stop).remove)
        self._stack.enter_context(self._counter)
        super().__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        super().__exit__(*raised)
        self._stack.close()
        total = self._counter.get_total_flops()
        found = sum(self.forward.values()) + sum(self.backward.values())
        if raised[0] is None and total != found:
            raise RuntimeError(f"FlopCounterMode counts {total}, and {found} layer by layer")

    def _start(self, path: str) -> Callable[..., None]:
        def start(module: nn.Module, inputs: Any) -> None:
            self._running = path
            self._starts.append(torch.autograd._get_sequence_nr())  # type: ignore[attr-defined]
            self._paths.append(path)

        return start

    def _stop(self, module: nn.Module, inputs: Any, found: Any) -> None:
        self._running = ""

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        before = self._counter.get_total_flops()
        found = function(*args, **(kwargs or {}))
        count = self._counter.get_total_flops() - before
        if count:
            node = torch._C._current_autograd_node()
            if node is None:
                table, path = self.forward, self._running
            else:
                table, path = self.backward, self._paths[bisect_right(self._starts, node._sequence_nr()) - 1]
            table[path] = table.get(path, 0) + count
        return found
