"""The figures of larger parts: blocks, stages, families. Every layer is in one part, so parts add up to the totals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from archlens.analysis.facts import LayerFacts, intensity, per_param
from archlens.analysis.receptive_field import ReceptiveField
from archlens.layers.dims import Shape
from archlens.records import NamedTuple

__all__ = ["SUMMED", "Group", "families", "grouped", "scope_of", "summed"]

SUMMED = ("params", "buffers", "macs", "flops", "activations", "moved", "parameter_bytes", "activation_bytes", "policy_count")


class Group(NamedTuple):
    """Some layers as one.

    path: the scope they share; of a layer that stands alone, its own. layers: how many.
    output_shapes, receptive_field, strict_field: of the last one; none where the group has no end of its own.
    The rest are sums.
    """

    path: str
    layers: int
    output_shapes: tuple[Shape, ...]
    receptive_field: ReceptiveField | None
    strict_field: ReceptiveField | None
    params: int
    buffers: int
    macs: int
    flops: int
    activations: int
    moved: int
    parameter_bytes: int
    activation_bytes: int
    policy_count: int

    @property
    def macs_per_param(self) -> float | None:
        """How often each parameter is used; None where there are none."""
        return per_param(self.macs, self.params)

    @property
    def arithmetic_intensity(self) -> float | None:
        """FLOPs per byte moved, in float32; None where nothing moves."""
        return intensity(self.flops, self.moved)


def grouped(layers: Iterable[LayerFacts], level: str) -> tuple[Group, ...]:
    """The layers by `block`, by `stage`, or by the first N parts of their paths (`level` is a number), in order.

    A block is the scope a layer stands in, a stage the first part of its path. A layer at the top level stands alone.
    Layers of one scope are one group, also where others run between them.
    """
    found: dict[str, list[LayerFacts]] = {}
    for layer in layers:
        found.setdefault(scope_of(layer.path, level), []).append(layer)
    return tuple([summed(key.removesuffix("/"), group, group[-1]) for key, group in found.items()])


def scope_of(path: str, level: str) -> str:
    """The group that a layer is in, with a `/` at its end; of a layer at the top level, the layer."""
    scopes = path.split("/")[:-1]
    return f"{(_SCOPES.get(level) or _first_parts(int(level)))(scopes)}/" if scopes else path


def summed(path: str, rows: Sequence[LayerFacts | Group], last: LayerFacts | None = None) -> Group:
    """Layers or groups under one name; `last` is the layer at their end, if there is one."""
    return Group(
        path,
        sum([row.layers if isinstance(row, Group) else 1 for row in rows]),
        last.output_shapes if last else (),
        last.receptive_field if last else None,
        last.strict_field if last else None,
        *[sum([getattr(row, name) for row in rows]) for name in SUMMED],
    )


def families(layers: Iterable[LayerFacts]) -> tuple[Group, ...]:
    """The layers by what kind of work they do (`Layer.family`), most MACs first, then most parameters."""
    found: dict[str, list[LayerFacts]] = {}
    for layer in layers:
        found.setdefault(layer.family or "other", []).append(layer)
    groups = [summed(name, group) for name, group in found.items()]
    return tuple(sorted(groups, key=lambda group: (-group.macs, -group.params)))


def _first_parts(depth: int) -> Callable[[Sequence[str]], str]:
    return lambda scopes: "/".join(scopes[:depth])


_SCOPES: dict[str, Callable[[Sequence[str]], str]] = {"block": "/".join, "stage": _first_parts(1)}
