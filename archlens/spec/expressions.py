"""Expressions in specs: arithmetic over parameters, parsed to an AST and walked against a whitelist.

Nothing is ever evaluated by Python itself. `Expression.parse` turns text into closures over an
environment (name → value); values are numbers, booleans, words, None and tuples of them.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from archlens.errors import ArchlensError, did_you_mean
from archlens.spec.scalars import plain_value

__all__ = ["FUNCTIONS", "Expression", "ExpressionError", "constant", "parse_expression", "parse_template"]

Environment: TypeAlias = Mapping[str, Any]
Evaluate: TypeAlias = Callable[[Environment], Any]

MAX_LENGTH = 200
MAX_INTEGER = 2**63
MAX_RANGE = 100_000
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_LITERAL = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*\Z")
_NAME_AFTER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class ExpressionError(ArchlensError):
    """An expression cannot be read or computed; `start` and `length` point into its text."""

    def __init__(self, message: str, start: int = 0, length: int = 0, help: str = "", code: str = "ARC131") -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.length = length
        self.help = help
        self.code = code


class Expression:
    """A value still to be computed.

    names: what it reads. word: the text is one lone word, which stands for itself when no value has that
    name. fixed: it is a value already.
    """

    __slots__ = ("evaluate", "fixed", "names", "text", "word")

    def __init__(
        self, text: str, evaluate: Evaluate, names: frozenset[str] = frozenset(), word: bool = False, fixed: bool = False
    ) -> None:
        self.text = text
        self.evaluate = evaluate
        self.names = names
        self.word = word
        self.fixed = fixed


def constant(value: Any, text: str = "") -> Expression:
    """An expression that is already a value."""
    return Expression(text or str(value), lambda env: value, fixed=True)


def parse_expression(text: str) -> Expression:
    """The expression `text` is: a number, a size, a lone word, `$name`, or arithmetic."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"an expression of {len(text):,} characters; at most {MAX_LENGTH} are read", help="name parts of it under `params:`"
        )
    if "$" in text:
        return parse_template(text)
    value = plain_value(text)
    if not isinstance(value, str):
        if isinstance(value, float) and not math.isfinite(value):
            raise ExpressionError(f"{text} is not a finite number")
        return constant(value, text)
    if _WORD.match(text):
        return Expression(text, lambda env: env.get(text, text), frozenset((text,)), word=True)
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        if _LITERAL.match(text):
            return constant(text)
        at = (getattr(error, "offset", None) or 1) - 1
        raise ExpressionError(f"`{text}` is not an expression", min(at, max(len(text) - 1, 0)), 1, _syntax_help(text)) from None
    names: set[str] = set()
    return Expression(text, _compile(tree.body, names), frozenset(names))


def parse_template(text: str) -> Expression:
    """Text with `$name` and `$(expression)` in it; a text that is nothing but one of them keeps the value's type."""
    if "$" not in text:
        return constant(text, text)
    parts: list[str | Expression] = []
    names: set[str] = set()
    position = 0
    while (dollar := text.find("$", position)) >= 0:
        if dollar > position:
            parts.append(text[position:dollar])
        start, end, position = _substituted(text, dollar)
        inner = parse_expression(text[start:end])
        if inner.word:
            inner = Expression(inner.text, _lookup(inner.text, start), inner.names)
        parts.append(inner)
        names |= inner.names
    if position < len(text):
        parts.append(text[position:])
    if len(parts) == 1 and isinstance(parts[0], Expression):
        return Expression(text, parts[0].evaluate, frozenset(names))
    return Expression(text, lambda env: "".join(p if isinstance(p, str) else _spell(p.evaluate(env)) for p in parts), frozenset(names))


def _substituted(text: str, dollar: int) -> tuple[int, int, int]:
    """Where the expression after the `$` starts and ends, and where the text goes on."""
    name = _NAME_AFTER.match(text, dollar + 1)
    if name:
        return name.start(), name.end(), name.end()
    if text[dollar + 1 : dollar + 2] == "(":
        depth = 0
        for i in range(dollar + 1, len(text)):
            depth += (text[i] == "(") - (text[i] == ")")
            if depth == 0:
                return dollar + 2, i, i + 1
    raise ExpressionError(f"`{text}`: a `$` must be followed by a name or by `(expression)`", dollar, 1)


def _spell(value: Any) -> str:
    if isinstance(value, tuple):
        return "x".join(map(_spell, value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _syntax_help(text: str) -> str:
    if re.search(r"\d[A-Za-z_]", text):
        return "sizes are written with numbers (3x3); for computed ones use a list: [k, 2*k]"
    return "numbers, names, + - * / // % **, comparisons, and/or/not, `a if c else b` and " + ", ".join(sorted(FUNCTIONS))


# ---- functions ----


def _divisible(value: float, divisor: int = 8) -> int:
    """The multiple of `divisor` nearest to `value`, at least `divisor`, and not below 90 % of `value`
    (the rule of the MobileNet papers' code)."""
    nearest = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < 0.9 * value else nearest


def _range(*bounds: int) -> tuple[int, ...]:
    steps = range(*bounds)
    if len(steps) > MAX_RANGE:
        raise ValueError(f"a range of {len(steps):,} values; at most {MAX_RANGE:,}")
    return tuple(steps)


def _sum(values: tuple[float, ...]) -> float:
    return sum(values)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "ceil": math.ceil,
    "divisible": _divisible,
    "floor": math.floor,
    "int": lambda value: int(_number(value)),
    "len": len,
    "log2": math.log2,
    "max": max,
    "min": min,
    "prod": lambda values: math.prod(values),
    "range": _range,
    "round": round,
    "sqrt": math.sqrt,
    "sum": _sum,
}

_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARISON: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_CONSTANTS = {"true": True, "false": False, "null": None, "none": None}


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        shown = f"the word `{value}`" if isinstance(value, str) else f"{value!r}"
        raise TypeError(f"needs a number, not {shown}")
    return value


def _bounded(value: Any) -> Any:
    """Refuse results no network has, before they eat memory."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > MAX_INTEGER:
        raise OverflowError("the result is larger than 2^63")
    if isinstance(value, complex) or (isinstance(value, float) and not math.isfinite(value)):
        raise OverflowError("the result is not a finite number")
    return value


def _power(base: Any, exponent: Any) -> Any:
    if abs(exponent) > 64 and base not in (0, 1, -1):
        raise OverflowError(f"an exponent of {exponent:,}; at most 64")
    return base**exponent


# ---- AST → closures ----


def _compile(node: ast.AST, names: set[str]) -> Evaluate:
    builder = _BUILDERS.get(type(node))
    if builder is None:
        raise _forbidden(node)
    return builder(node, names)


def _forbidden(node: ast.AST) -> ExpressionError:
    what = {
        ast.Attribute: "attributes (`a.b`) are",
        ast.Lambda: "functions of your own are",
        ast.NamedExpr: "assignments are",
        ast.JoinedStr: "f-strings are",
    }
    text = what.get(type(node), f"`{type(node).__name__}` is")
    return ExpressionError(
        f"{text} not part of the expression language", *_place(node), help="see docs/spec.md for what is", code="ARC132"
    )


def _place(node: Any) -> tuple[int, int]:
    start = getattr(node, "col_offset", 0)
    return start, (getattr(node, "end_col_offset", None) or start + 1) - start


def _guard(node: ast.AST, compute: Evaluate) -> Evaluate:
    """Turn Python's refusals into ours, with the place."""

    def run(env: Environment) -> Any:
        try:
            return _bounded(compute(env))
        except ExpressionError:
            raise
        except ZeroDivisionError:
            raise ExpressionError("division by zero", *_place(node)) from None
        except (TypeError, ValueError, OverflowError, IndexError) as error:
            raise ExpressionError(str(error), *_place(node)) from None

    return run


def _constant(node: Any, names: set[str]) -> Evaluate:
    value = node.value
    if isinstance(value, bytes | complex) or value is ...:
        raise _forbidden(node)
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise ExpressionError("a number larger than 2^63", *_place(node))
    if isinstance(value, float) and not math.isfinite(value):
        raise ExpressionError("not a finite number", *_place(node))
    return lambda env: value


def _lookup(name: str, start: int) -> Evaluate:
    def run(env: Environment) -> Any:
        try:
            return env[name]
        except KeyError:
            known = [*env, *FUNCTIONS]
            message = f"`{name}` is a function; call it" if name in FUNCTIONS else f"no value is called `{name}`"
            raise ExpressionError(message, start, len(name), did_you_mean(name, known), "ARC133") from None

    return run


def _name(node: Any, names: set[str]) -> Evaluate:
    if node.id in _CONSTANTS:
        value = _CONSTANTS[node.id]
        return lambda env: value
    names.add(node.id)
    return _lookup(node.id, node.col_offset)


def _binary(node: Any, names: set[str]) -> Evaluate:
    left, right = _compile(node.left, names), _compile(node.right, names)
    if isinstance(node.op, ast.Pow):
        apply = _power
    elif type(node.op) in _ARITHMETIC:
        apply = _ARITHMETIC[type(node.op)]
    else:
        raise _forbidden(node.op)
    return _guard(node, lambda env: apply(_number(left(env)), _number(right(env))))


def _unary(node: Any, names: set[str]) -> Evaluate:
    operand = _compile(node.operand, names)
    if isinstance(node.op, ast.Not):
        return lambda env: not operand(env)
    if isinstance(node.op, ast.USub):
        return _guard(node, lambda env: -_number(operand(env)))
    if isinstance(node.op, ast.UAdd):
        return _guard(node, lambda env: _number(operand(env)))
    raise _forbidden(node)


def _boolean(node: Any, names: set[str]) -> Evaluate:
    parts = [_compile(part, names) for part in node.values]
    if isinstance(node.op, ast.And):
        return lambda env: all(part(env) for part in parts)
    return lambda env: any(part(env) for part in parts)


def _compare(node: Any, names: set[str]) -> Evaluate:
    operands = [_compile(part, names) for part in (node.left, *node.comparators)]
    for op in node.ops:
        if type(op) not in _COMPARISON:
            raise _forbidden(op)
    tests = [_COMPARISON[type(op)] for op in node.ops]

    def run(env: Environment) -> bool:
        values = [part(env) for part in operands]
        return all(test(values[i], values[i + 1]) for i, test in enumerate(tests))

    return _guard(node, run)


def _conditional(node: Any, names: set[str]) -> Evaluate:
    test, yes, no = (_compile(part, names) for part in (node.test, node.body, node.orelse))
    return lambda env: yes(env) if test(env) else no(env)


def _call(node: Any, names: set[str]) -> Evaluate:
    if not isinstance(node.func, ast.Name):
        raise _forbidden(node.func)
    function = FUNCTIONS.get(node.func.id)
    if function is None:
        raise ExpressionError(
            f"no function is called `{node.func.id}`", *_place(node.func), did_you_mean(node.func.id, FUNCTIONS), "ARC132"
        )
    if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
        raise ExpressionError(f"{node.func.id} takes plain values only", *_place(node))
    arguments = [_compile(a, names) for a in node.args]
    return _guard(node, lambda env: function(*(a(env) for a in arguments)))


def _tuple(node: Any, names: set[str]) -> Evaluate:
    items = [_compile(item, names) for item in node.elts]
    return lambda env: tuple(item(env) for item in items)


def _subscript(node: Any, names: set[str]) -> Evaluate:
    value, index = _compile(node.value, names), _compile(node.slice, names)
    return _guard(node, lambda env: value(env)[_number(index(env))])


_BUILDERS: dict[type, Callable[[Any, set[str]], Evaluate]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _boolean,
    ast.Compare: _compare,
    ast.IfExp: _conditional,
    ast.Call: _call,
    ast.Tuple: _tuple,
    ast.List: _tuple,
    ast.Subscript: _subscript,
}
