"""What a run in PyTorch shows of each layer: plain values, so that comparing and printing them needs no PyTorch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from typing import NamedTuple

from archlens.analysis.facts import Analysis
from archlens.layers.dims import Shape

__all__ = ["Counted", "Trace", "TracedLayer"]


class TracedLayer(NamedTuple):
    """One layer as it ran.

    path: of the layer; in a foreign module the path of the submodule, or of the one that calls a function, with its name.
    kind: the class or function that ran. outputs, dtypes: of its tensors, in order.
    parameters, buffers: sizes of what it reads, by name. frozen: the parameters that do not learn. borrowed: those of both that
    an earlier layer holds, and its path.
    allocated_bytes: of storages made while it ran. freed_bytes: of those let go from then until the next layer begins.
    peak_bytes: the most alive at once while it ran, weights apart. seconds: of its run.
    allocator_bytes: the most that the device's allocator had handed out while it ran, weights apart; None
    where it keeps no count.
    """

    path: str
    kind: str
    outputs: tuple[Shape, ...]
    dtypes: tuple[str, ...]
    parameters: Mapping[str, Shape]
    buffers: Mapping[str, Shape]
    frozen: frozenset[str]
    borrowed: Mapping[str, str]
    allocated_bytes: int
    freed_bytes: int
    peak_bytes: int
    seconds: float
    allocator_bytes: int | None

    def values_of(self, names: Iterable[str]) -> int:
        """Values of its parameters and buffers of these names, without those borrowed."""
        sizes = {**self.parameters, **self.buffers}
        return sum([prod(sizes[name]) for name in names if name not in self.borrowed])


class Counted(NamedTuple):
    """What a counter finds: in all, and in each layer, by path.

    unit: what one of its counts is. unsupported: operations it passed over, with how often.
    """

    counter: str
    unit: str
    total: int
    layers: Mapping[str, int]
    unsupported: Mapping[str, int] = {}


class Trace(NamedTuple):
    """A network as PyTorch ran it.

    analysis: the same facts as the computed ones, measured. device, name of the machine's part: where it ran. dtype: of
    parameters and inputs. layers: as they ran. forward, backward: of FlopCounterMode. fvcore: None where it was not run.
    peak_bytes: the most alive at once. seconds: of the whole forward pass. notes: what a reader should know. untrained: why
    PyTorch does not train it, where it does not; `backward` is empty then.
    """

    analysis: Analysis
    device: str
    device_name: str
    dtype: str
    layers: tuple[TracedLayer, ...]
    forward: Counted
    backward: Counted
    fvcore: Counted | None
    peak_bytes: int
    allocator_bytes: int | None
    seconds: float
    notes: tuple[str, ...] = ()
    untrained: str = ""
