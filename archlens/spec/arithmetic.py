"""Arithmetic in specs: Python's syntax, walked against a whitelist and turned into closures.

Nothing is ever evaluated by Python itself. Values are numbers, booleans, words, None and tuples of them;
an environment maps names to values.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from archlens.errors import ArchlensError, did_you_mean
from archlens.spec.functions import FUNCTIONS, bounded, power, sequence, spelled, undefined_help, whole

__all__ = ["FAULTY", "UNCLOSED", "Environment", "Evaluate", "ExpressionError", "Unknowable", "compile_arithmetic", "look_up"]

Environment: TypeAlias = Mapping[str, Any]
Evaluate: TypeAlias = Callable[[Environment], Any]

MAX_NESTING = 40

_OTHER = re.compile(r"[^A-Za-z0-9_+\-*/%.,()\[\]<>=!'\" ]")
_GLUED = re.compile(r"(?<![A-Za-z0-9_.])[0-9][0-9_.]*+(?:[eE][-+]?[0-9]+)?+[A-Za-z]")

FAULTY: Any = object()
"""The value of a name whose definition has a fault (reported where it stands)."""


class Unknowable(Exception):
    """A value depends on something that is faulty, or on a tensor whose shape is unknown."""


class ExpressionError(ArchlensError):
    """An expression cannot be read or computed; `start` and `length` point into its text."""

    def __init__(self, message: str, start: int = 0, length: int = 0, help: str = "", code: str = "ARC131") -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.length = length
        self.help = help
        self.code = code

    def shifted(self, by: int) -> ExpressionError:
        """The same fault in a longer text, in which the expression begins `by` characters in."""
        return ExpressionError(self.message, self.start + by, self.length, self.help, self.code)


def compile_arithmetic(text: str) -> tuple[Evaluate, frozenset[str]]:
    """What computes `text`, and the names it reads; raises ExpressionError when it is no arithmetic."""
    other, glued = _OTHER.search(text), _GLUED.search(text)
    if other:
        help = "powers are written `**`" if other.group() == "^" else _SYNTAX
        raise ExpressionError(f"`{other.group()}` has no place in an expression", other.start(), 1, help)
    if glued:  # Python would warn about `3if` and read `1j`
        help = "sizes are written with numbers (3x3); computed ones are a list: [k, 2*k]"
        raise ExpressionError(f"`{text}` is not an expression", glued.start(), len(glued.group()), help)
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        at = min((getattr(error, "offset", None) or 1) - 1, max(len(text) - 1, 0))
        help = _SYNTAX if text.count("(") == text.count(")") else UNCLOSED
        raise ExpressionError(f"`{text}` is not an expression", at, 1, help) from None
    compiler = _Compiler(text)
    return compiler.compile(tree.body), frozenset(compiler.names)


def look_up(name: str, start: int) -> Evaluate:
    """What reads `name` from an environment."""

    def run(env: Environment) -> Any:
        value = env.get(name, _MISSING)
        if value is _MISSING:
            raise _undefined(name, env, start)
        if value is FAULTY:
            raise Unknowable
        return value

    return run


_MISSING = object()


def _undefined(name: str, env: Environment, start: int) -> ExpressionError:
    return ExpressionError(f"no value is called `{name}`", start, len(name), undefined_help(name, env), "ARC133")


UNCLOSED = "close the bracket; inside { } and [ ] a comma ends a value, unless quotes stand around it"
_SYNTAX = (
    "an expression is arithmetic on numbers and names: + - * / // % **, comparisons, and/or/not, `a if c else b`, max(a, b) …"
)

_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: power,
}
_COMPARISON: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in sequence(b),
    ast.NotIn: lambda a, b: a not in sequence(b),
}
_CONSTANTS = {"true": True, "false": False, "null": None}
_FORBIDDEN = {
    ast.Attribute: "attributes (`a.b`) are",
    ast.Lambda: "functions of your own are",
    ast.JoinedStr: "f-strings are",
    ast.ListComp: "comprehensions are",
    ast.GeneratorExp: "comprehensions are",
    ast.Starred: "stars are",
}


# ---- AST → closures ----


class _Compiler:
    """Turns a syntax tree into a closure, noting the names it reads."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: set[str] = set()
        self.nesting = 0

    def compile(self, node: ast.AST) -> Evaluate:
        builder = _BUILDERS.get(type(node))
        if builder is None:
            raise _forbidden(node)
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise ExpressionError("an expression nested too deeply", *_place(node), help="name parts of it under `params:`")
        evaluate = builder(self, node)
        self.nesting -= 1
        return evaluate

    def constant(self, node: Any) -> Evaluate:
        value = node.value
        if isinstance(value, bytes | complex) or value is ...:
            raise _forbidden(node)
        try:
            bounded(value)
        except OverflowError:
            raise ExpressionError("a number larger than 2^63", *_place(node)) from None
        return lambda env: value

    def name(self, node: Any) -> Evaluate:
        if node.id in _CONSTANTS:
            value = _CONSTANTS[node.id]
            return lambda env: value
        self.names.add(node.id)
        return look_up(node.id, node.col_offset)

    def number(self, node: ast.AST) -> Evaluate:
        """As `compile`, of something that must be a number."""
        evaluate = self.compile(node)

        def run(env: Environment) -> Any:
            value = evaluate(env)
            if type(value) is int or type(value) is float:
                return value
            start, length = _place(node)
            raise ExpressionError(
                f"`{self.text[start : start + length]}` must be a number here, not {spelled(value)}", start, length
            )

        return run

    def binary(self, node: Any) -> Evaluate:
        apply = _ARITHMETIC.get(type(node.op))
        if apply is None:
            raise _forbidden(node.op)
        left, right = self.number(node.left), self.number(node.right)

        def run(env: Environment) -> Any:
            a, b = left(env), right(env)
            try:
                return bounded(apply(a, b))
            except (ZeroDivisionError, OverflowError) as error:
                raise _refused(error, node) from None

        return run

    def unary(self, node: Any) -> Evaluate:
        if isinstance(node.op, ast.Not):
            truth = self.compile(node.operand)
            return lambda env: not truth(env)
        operand = self.number(node.operand)
        if isinstance(node.op, ast.USub):
            return lambda env: -operand(env)
        return operand

    def boolean(self, node: Any) -> Evaluate:
        """As in Python: the first value that decides."""
        parts = [self.compile(part) for part in node.values]
        decisive = isinstance(node.op, ast.Or)

        def run(env: Environment) -> Any:
            value = None
            for part in parts:
                value = part(env)
                if bool(value) is decisive:
                    break
            return value

        return run

    def compare(self, node: Any) -> Evaluate:
        operands = [self.compile(part) for part in (node.left, *node.comparators)]
        tests = [_COMPARISON.get(type(op)) for op in node.ops]
        if None in tests:
            raise ExpressionError("`is` is not part of the language", *_place(node), help="compare with `==`", code="ARC132")

        def run(env: Environment) -> bool:
            left = operands[0](env)
            for test, operand in zip(tests, operands[1:], strict=True):
                right = operand(env)
                try:
                    if not test(left, right):  # type: ignore[misc]  # None was refused above
                        return False
                except TypeError:
                    message = f"{spelled(left)} and {spelled(right)} cannot be compared"
                    raise ExpressionError(message, *_place(node)) from None
                left = right
            return True

        return run

    def conditional(self, node: Any) -> Evaluate:
        test, yes, no = self.compile(node.test), self.compile(node.body), self.compile(node.orelse)
        return lambda env: yes(env) if test(env) else no(env)

    def call(self, node: Any) -> Evaluate:
        if not isinstance(node.func, ast.Name):
            raise _forbidden(node.func)
        name = node.func.id
        function = FUNCTIONS.get(name)
        if function is None:
            help = did_you_mean(name, FUNCTIONS) or "the functions are " + ", ".join(sorted(FUNCTIONS))
            raise ExpressionError(f"no function is called `{name}`", *_place(node.func), help, "ARC132")
        count = len(node.args)
        if node.keywords or count < function.fewest or (function.most is not None and count > function.most):
            raise ExpressionError(f"{name} does not take these values", *_place(node), f"write {function.usage}")
        arguments = [self.compile(argument) for argument in node.args]
        apply = function.apply

        def run(env: Environment) -> Any:
            values = [argument(env) for argument in arguments]
            try:
                return bounded(apply(*values))
            except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
                raise _refused(error, node, f"{name}: ") from None

        return run

    def tuple(self, node: Any) -> Evaluate:
        items = [self.compile(item) for item in node.elts]
        return lambda env: tuple([item(env) for item in items])

    def subscript(self, node: Any) -> Evaluate:
        values, index = self.compile(node.value), self.number(node.slice)

        def run(env: Environment) -> Any:
            items, place = values(env), index(env)
            try:
                return sequence(items)[whole(place)]
            except TypeError as error:
                raise _refused(error, node) from None
            except IndexError:
                raise ExpressionError(
                    f"there is no item {place} in a list of {len(items)}", *_place(node), "items count from 0"
                ) from None

        return run


def _forbidden(node: ast.AST) -> ExpressionError:
    text = _FORBIDDEN.get(type(node), f"`{type(node).__name__}` is")
    return ExpressionError(f"{text} not part of the language", *_place(node), help=_SYNTAX, code="ARC132")


def _place(node: Any) -> tuple[int, int]:
    start = getattr(node, "col_offset", 0)
    return start, (getattr(node, "end_col_offset", None) or start + 1) - start


def _refused(error: Exception, node: ast.AST, prefix: str = "") -> ExpressionError:
    """Python's refusal as ours, with the place."""
    message = "division by zero" if isinstance(error, ZeroDivisionError) else str(error)
    return ExpressionError(prefix + message, *_place(node))


_BUILDERS: dict[type, Callable[[_Compiler, Any], Evaluate]] = {
    ast.Constant: _Compiler.constant,
    ast.Name: _Compiler.name,
    ast.BinOp: _Compiler.binary,
    ast.UnaryOp: _Compiler.unary,
    ast.BoolOp: _Compiler.boolean,
    ast.Compare: _Compiler.compare,
    ast.IfExp: _Compiler.conditional,
    ast.Call: _Compiler.call,
    ast.Tuple: _Compiler.tuple,
    ast.List: _Compiler.tuple,
    ast.Subscript: _Compiler.subscript,
}
