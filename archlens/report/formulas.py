"""The formulas of a layer, worked out: in symbols, with the values put in, step by step to the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from archlens.layers.base import Layer
from archlens.layers.dims import AXES, Shape
from archlens.report.symbols import FIGURES, meaning
from archlens.report.terms import Term, collapsed, parsed, symbols_in, tested, value_of
from archlens.report.writing import chosen, number_text, written

__all__ = ["Meaning", "Worked", "in_symbols", "meanings", "worked"]


class Worked(NamedTuple):
    """One figure of a layer.

    fact: `output_size`, `params`, `macs`, `elementwise_ops`. axes: of an output size, the spatial axes that it holds for.
    source: the formula as the layer states it. symbols: in textbook notation, of the branch that holds.
    steps: with the values put in, then simpler, the result last. because: what decided between branches.
    """

    fact: str
    axes: tuple[str, ...]
    source: str
    symbols: str
    steps: tuple[str, ...]
    result: Any
    because: tuple[str, ...]

    @property
    def heading(self) -> str:
        """What people call the figure."""
        return FIGURES[self.fact][0]

    @property
    def left(self) -> str:
        """What stands before the `=`: of a size along one axis of several, with that axis's letter."""
        alone = self.axes[0] if len(self.axes) == 1 and self.axes != AXES[1] else ""
        return FIGURES[self.fact][1] + (f"_{alone[0]}" if alone in AXES[3] else "")


class Meaning(NamedTuple):
    """A symbol, what it means and its value, one for each axis where it has several; None where it has none yet."""

    symbol: str
    text: str
    value: Any = None

    @property
    def shown(self) -> str:
        """The value for people: `7×7`, `true`."""
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        return "×".join(map(number_text, values)) or "none"


def worked(layer: Layer, shapes: Sequence[Shape]) -> tuple[Worked, ...]:
    """Every figure that the layer has a formula of, for one sample; an output size once for axes that are alike."""
    single = [(1, *shape[1:]) for shape in shapes]
    values = layer.variables(*single)
    rank = len(single[0]) - 2 if single else 0
    found: list[Worked] = []
    for fact, text in layer.formulas.items():
        if fact == "output_size":
            spatial = len(layer.output_shapes(*single)[0]) - 2
            found += _sizes(text, values, spatial)
        else:
            found.append(_worked(fact, (), text, values, rank))
    return tuple(found)


def _sizes(text: str, values: Mapping[str, Any], rank: int) -> list[Worked]:
    """The output size along each axis; axes with the same values share one."""
    names = AXES.get(rank) or tuple(f"axis {axis}" for axis in range(2, rank + 2))
    found: dict[Worked, list[str]] = {}
    for axis, name in enumerate(names):
        along = {key: value[axis] if isinstance(value, tuple) else value for key, value in values.items()}
        found.setdefault(_worked("output_size", (), text, along, 0), []).append(name)
    return [one._replace(axes=tuple(axes)) for one, axes in found.items()]


def _worked(fact: str, axes: tuple[str, ...], text: str, values: Mapping[str, Any], rank: int) -> Worked:
    reasons: dict[str, None] = {}
    term = chosen(parsed(text, values, rank), reasons)
    result = value_of(term)
    steps = dict.fromkeys([written(term, values=True), written(collapsed(term), values=True), number_text(result)])
    return Worked(fact, axes, text, written(term), _without_echoes(term, [*steps]), result, tuple(reasons))


def _without_echoes(term: Term, steps: list[str]) -> tuple[str, ...]:
    """The steps, the first left out where the formula holds no symbol and so says it already."""
    return tuple(steps[1:] if len(steps) > 1 and written(term) == steps[0] else steps)


def in_symbols(layer: type[Layer]) -> dict[str, str]:
    """The formulas of a layer type in textbook notation, all branches, by fact."""
    return {fact: written(parsed(text)) for fact, text in layer.formulas.items()}


def meanings(layer: type[Layer], shapes: Sequence[Shape] = (), made: Layer | None = None) -> tuple[Meaning, ...]:
    """The symbols in the formulas of a type, in the order they appear; with their values for the layer `made` of it.

    What stands only in a branch that does not hold for `made` is left out.
    """
    values = made.variables(*[(1, *shape[1:]) for shape in shapes]) if made is not None else {}
    names: dict[str, None] = {}
    for text in layer.formulas.values():
        every = symbols_in(parsed(text))
        kept = every if made is None else {**symbols_in(_branch(text, values)), **tested(parsed(text))}
        names.update(dict.fromkeys([name for name in every if name in kept]))
    return tuple([Meaning(name, meaning(layer, name), values.get(name)) for name in names])


def _branch(text: str, values: Mapping[str, Any]) -> Term:
    """The branch of a formula that holds along the first axis, axes without their letters."""
    along = {name: value[0] if isinstance(value, tuple) and value else value for name, value in values.items()}
    return chosen(parsed(text, along), {})
