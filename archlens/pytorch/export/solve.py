"""Instances of one structure as one class: what differs becomes parameters, and what follows from those is written so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from archlens.pytorch.export.bodies import MISSING, Body, Hint, mapped
from archlens.pytorch.export.layout import literal
from archlens.pytorch.export.names import fresh, snake, stem

__all__ = ["Expression", "Solved", "solved"]

Values: TypeAlias = Sequence[Any]
"""A value for every instance; `MISSING` where it has none."""

_LARGEST = 64  # factor in an expression
_NAMES = {"present": "", "stop": "depth", "num_features": "channels", "normalized_shape": "features", "embed_dim": "width"}
"""What a parameter is called that is for this argument."""


class Expression(NamedTuple):
    """Text over parameters: `4 * {width}`. value: of a text without any."""

    template: str
    symbols: tuple[str, ...] = ()
    value: Any = MISSING

    def text(self, named: Callable[[str], str] = str) -> str:
        """With each parameter as `named` says it."""
        return self.template.format_map({name: named(name) for name in self.symbols})

    @property
    def is_literal(self) -> bool:
        """Whether it is the same in every instance."""
        return not self.symbols


class Solved(NamedTuple):
    """body: with an Expression for every value. parameters: name → its value in each instance."""

    body: Body
    parameters: Mapping[str, Values]


def solved(bodies: Sequence[Body], symbols: Mapping[str, Values], taken: Collection[str]) -> Solved:
    """The class of `bodies`, which have one structure.

    symbols: names that the spec has for values of its instances. taken: names that no parameter may have.
    """
    columns: list[list[Any]] = []
    hints: list[Hint] = []
    for body in bodies:
        values: list[Any] = []
        hints = []
        mapped(body.steps, lambda value, hint, values=values, hints=hints: (values.append(value), hints.append(hint)))  # type: ignore[misc]
        columns.append(values)
    solver = _Solver(symbols, taken)
    slots = list(zip(hints, zip(*columns, strict=True), strict=True))
    later = [hint.kind == "present" for hint, _ in slots]  # a condition may compare what the other values are
    found = {at: solver.expression(values, hint) for at, (hint, values) in enumerate(slots) if not later[at]}
    found.update({at: solver.condition(values, hint) for at, (hint, values) in enumerate(slots) if later[at]})
    turn = iter(range(len(slots)))
    steps = mapped(bodies[0].steps, lambda value, hint: found[next(turn)])
    names = {at: _common([body.names.get(at, "") for body in bodies]) for at in bodies[0].names}
    used = {name for one in found.values() for name in one.symbols}
    return Solved(bodies[0]._replace(steps=steps, names=names), {name: v for name, v in solver.symbols.items() if name in used})


def _common(names: Sequence[str]) -> str:
    """What `level1` and `level2` have in common; the name itself where it is the same for all."""
    found = {*names} if len({*names}) == 1 else {stem(name) for name in names}
    return found.pop() if len(found) == 1 else ""


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other


def _constant(value: Any) -> Expression:
    return Expression(literal(value).replace("{", "{{").replace("}", "}}"), (), value)


def _fits(values: Values, wanted: Values) -> bool:
    return all(there is MISSING or _same(here, there) for here, there in zip(values, wanted, strict=True))


class _Solver:
    def __init__(self, symbols: Mapping[str, Values], taken: Collection[str]) -> None:
        self.taken = taken
        self.symbols: dict[str, Values] = {}
        for name, values in symbols.items():
            self.symbols[fresh(name, {*self.symbols, *taken}, (f"{name}_",))] = values
        self.seen: dict[Expression, Values] = {}

    def expression(self, values: Values, hint: Hint) -> Expression:
        """What gives these values: one of them if they are all equal, else text over parameters, new ones where need be."""
        present = [value for value in values if value is not MISSING]
        if all(_same(value, present[0]) for value in present):
            return self._alike(values, hint) or _constant(present[0])
        return self._known(values, hint) or self._tuple(values, present, hint) or self._new(values, hint)

    def _alike(self, values: Values, hint: Hint) -> Expression | None:
        """The parameter of the same name for what only some instances have: `stride` where a projection is always with one."""
        if MISSING not in values:
            return None
        for name, held in self.symbols.items():
            if not hint.argument.startswith(name):
                continue
            if _fits(held, values):
                return _over("{0}", name)
            if all(type(value) is int for value in held) and _fits([(-value, -value) for value in held], values):
                return _over("(-{0}, -{0})", name)
            if _fits([(value, value) for value in held], values):
                return _over("({0}, {0})", name)
        return None

    def _known(self, values: Values, hint: Hint) -> Expression | None:
        """What gives these values of the parameters there are."""
        for found, candidate in self._candidates(values, hint):
            if _fits(candidate, values):
                self.seen[found] = candidate
                return found
        return None

    def _whole(self) -> dict[str, Values]:
        """The parameters that are whole numbers."""
        return {name: values for name, values in self.symbols.items() if all(type(value) is int for value in values)}

    def _candidates(self, wanted: Values, hint: Hint) -> Iterator[tuple[Expression, Values]]:
        """Expressions from the plainest on, with their values."""
        near = sorted(self.symbols, key=lambda name: not (hint.argument == name or hint.argument.startswith(f"{name}_")))
        for name in near:
            yield _over("{0}", name), self.symbols[name]
        at = next(place for place, value in enumerate(wanted) if value is not MISSING)
        first = wanted[at]
        if type(first) is not int:
            return
        for name, values in self._whole().items():
            factor = first // values[at] if values[at] else 0
            if 2 <= factor <= _LARGEST:
                yield _over(f"{factor} * {{0}}", name), [factor * value for value in values]
            divisor = values[at] // first if first else 0
            if 2 <= divisor <= _LARGEST and all(value % divisor == 0 for value in values):
                yield _over(f"{{0}} // {divisor}", name), [value // divisor for value in values]
            yield _over("-{0}", name), [-value for value in values]
            if hint.argument == "padding":
                yield _over("{0} // 2", name), [value // 2 for value in values]
            for more in (1, 2) if hint.kind == "stop" else ():
                yield _over(f"{{0}} + {more}", name), [value + more for value in values]
        yield from self._pairs(hint)

    def _pairs(self, hint: Hint) -> Iterator[tuple[Expression, Values]]:
        """Expressions over two parameters."""
        whole = self._whole()
        for one in whole:
            for other in whole:
                pairs = list(zip(whole[one], whole[other], strict=True))
                if hint.argument == "padding":
                    yield _over("{0} * ({1} // 2)", one, other), [a * (b // 2) for a, b in pairs]
                elif one < other:
                    yield _over("{0} + {1}", one, other), [a + b for a, b in pairs]
                    yield _over("{0} * {1}", one, other), [a * b for a, b in pairs]

    def _tuple(self, values: Values, present: Sequence[Any], hint: Hint) -> Expression | None:
        """A tuple whose items are known, each for itself."""
        if not all(isinstance(value, tuple) and len(value) == len(present[0]) for value in present):
            return None
        found = []
        for at in range(len(present[0])):
            items = [value if value is MISSING else value[at] for value in values]
            first = present[0][at]
            one = _constant(first) if _fits([first] * len(items), items) else self._known(items, hint)
            if one is None:
                return None
            found.append(one)
        text = ", ".join([one.template for one in found])
        return Expression(
            f"({text},)" if len(found) == 1 else f"({text})", tuple([name for one in found for name in one.symbols])
        )

    def _new(self, values: Values, hint: Hint) -> Expression:
        """A parameter of its own; where an instance has no use for it, it is as in most others."""
        ((common, _),) = Counter([value for value in values if value is not MISSING]).most_common(1)
        full = [common if value is MISSING else value for value in values]
        if hint.kind == "stop":
            return _over("{0} + 1", self._named(hint, [value - 1 for value in full]))
        return _over("{0}", self._named(hint, full))

    def _named(self, hint: Hint, values: Values) -> str:
        """The name of a new parameter with these values."""
        wished, label = _NAMES.get(hint.argument, hint.argument), snake(hint.name)
        others = (f"{label}_{wished}" if wished else f"with_{label}",) if label else ()
        name = fresh(wished or label or "present", {*self.symbols, *self.taken}, others)
        self.symbols[name] = values
        self.seen[_over("{0}", name)] = values
        return name

    # ---- whether a step is there ----

    def condition(self, values: Values, hint: Hint) -> Expression:
        """What tells in which instances a step is there."""
        if all(values):
            return _constant(True)
        wanted = list(values)
        candidates = [(one, list(held)) for one, held in self._conditions()]
        for one, held in candidates:
            if held == wanted:
                return one
        for one, held in candidates:
            for other, too in candidates:
                if [a or b for a, b in zip(held, too, strict=True)] == wanted:
                    return Expression(f"{one.template} or {other.template}", (*one.symbols, *other.symbols))
        return _over("{0}", self._named(hint, wanted))

    def _conditions(self) -> Iterator[tuple[Expression, Values]]:
        """Conditions over the parameters there are, with their values."""
        for name, values in self.symbols.items():
            if all(type(value) is bool for value in values):
                yield _over("{0}", name), values
                yield _over("not {0}", name), [not value for value in values]
        whole = self._whole()
        for name in [one for one in whole if one.startswith("in_")]:
            for seen, others in self.seen.items():
                if name not in seen.symbols and all(type(value) is int for value in others):
                    differs = [a != b for a, b in zip(whole[name], others, strict=True)]
                    yield Expression(f"{{{name}}} != {seen.template}", (name, *seen.symbols)), differs
        for name, values in whole.items():
            least = 0 if 0 in values else 1
            yield _over(f"{{0}} > {least}", name), [value > least for value in values]


def _over(template: str, *names: str) -> Expression:
    """An expression with `{0}`, `{1}` standing for the parameters of these names."""
    return Expression(template.format(*[f"{{{name}}}" for name in names]), names)
