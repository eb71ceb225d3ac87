"""Values of a layer or block → Arguments: shorthand and mappings, checked against the fields of built-in layers."""

from __future__ import annotations

from archlens.layers import layer_types
from archlens.layers.base import Layer
from archlens.spec.document import Mapping, Node, Scalar
from archlens.spec.expressions import ExpressionError
from archlens.spec.model import Argument
from archlens.spec.reader import MAX_ITEMS, Reader, is_empty
from archlens.spec.shorthand import split

__all__ = ["MODIFIERS", "ArgumentReader", "superfluous"]

MODIFIERS = ("name", "as", "from", "when", "repeat", "weights", "allow", "do")


class ArgumentReader(Reader):
    """Reads what follows the colon of a line."""

    def values(self, key: Scalar, value: Node) -> tuple[Argument, ...] | None:
        """The arguments that `value` spells for the layer or block `key`; None after a fault."""
        if isinstance(value, Scalar):
            return self.shorthand(value)
        if isinstance(value, Mapping):
            return tuple([self.argument(item, name.text)._replace(label=name.span) for name, item in value.pairs])
        layer = layer_types().get(key.text)
        if layer is not None and layer.fields and layer.fields[0].kind.takes_list:
            return (self.argument(value),)  # `reshape: [16, -1]`: the list is the first value
        names = (
            [f"<{f.name}>" for f in layer.fields if f.required] or [f"{f.name}=..." for f in layer.fields[:2]] if layer else []
        )
        help = f"write `- {key.text}: {' '.join(names) or '64 3x3'}` or `- {key.text}: {{name: value}}`"
        self.fault("ARC105", f"{key.text} takes values, not a list", value.span, help)
        return None

    def shorthand(self, node: Scalar) -> tuple[Argument, ...] | None:
        """The arguments of a one-line form; None after a fault."""
        if is_empty(node):
            return ()
        span = self.inside(node)
        as_written = span.end - span.column == len(node.text)  # on one line, without escapes: columns count
        try:
            pieces = split(node.text)
        except ExpressionError as error:
            self.expression_fault(error, span)
            return None
        if len(pieces) > MAX_ITEMS:
            self.fault("ARC105", f"a line of {len(pieces):,} values; at most {MAX_ITEMS:,}", span, "use `repeat` or `for`")
            return None
        if not as_written:
            return tuple([self.value(p.text, span, p.field) for p in pieces])
        found = []
        for piece in pieces:
            argument = self.value(piece.text, span.part(piece.start, len(piece.text)), piece.field)
            if piece.named is not None:
                argument = argument._replace(label=span.part(piece.named, len(piece.field)))
            found.append(argument)
        return tuple(found)

    def assigned(self, layer: type[Layer], arguments: tuple[Argument, ...], key: Scalar) -> tuple[Argument, ...] | None:
        """`arguments`, each with the name of the field it is for; None after a fault.

        What is missing is told only where nothing else is wrong: a misspelt name is not missing too.
        """
        names, faults = layer.field_names, len(self.faults.found)
        given: dict[str, Argument] = {}
        place = 0
        for argument in arguments:
            name = argument.name
            if not name:
                while place < len(names) and names[place] in given:
                    place += 1
                if place >= len(names):
                    takes = f"takes only {', '.join(names)}" if names else "takes no arguments"
                    listed = _as_list(layer, arguments)
                    self.fault("ARC112", f"{layer.type_name} {takes}", argument.span, listed or superfluous(argument))
                    if listed:
                        return None
                    continue
                name = names[place]
            at = argument.label or argument.span
            if name not in names:
                self.fault("ARC112", f"{layer.type_name} has no argument `{name}`", at, _foreign_help(layer, name))
            elif name in given:
                self.fault("ARC113", f"{layer.type_name}: {name} is given twice", at, "keep one of them")
            else:
                given[name] = Argument(name, argument.value, argument.span)
        if len(self.faults.found) > faults:
            return None
        missing = [field.name for field in layer.fields if field.required and field.name not in given]
        if missing:
            usage = " ".join(f"<{f.name}>" for f in layer.fields if f.required)
            message = f"{layer.type_name} needs {' and '.join(missing)}"
            self.fault("ARC111", message, key.span, f"write `- {layer.type_name}: {usage}`")
            return None
        return tuple(given.values())


def _foreign_help(layer: type[Layer], name: str) -> str:
    if name in MODIFIERS:
        return f"`{name}:` stands on a line of its own below `{layer.type_name}:`, or beside it in `{{ }}`"
    from archlens.layers.cures import argument_help  # only on the way to an error

    return argument_help(layer, name)


def _as_list(layer: type[Layer], arguments: tuple[Argument, ...]) -> str:
    """A cure for a list written as values side by side, `permute: 0 2 3 1`; empty where it is none."""
    if layer.fields and layer.fields[0].kind.name in ("Axes", "Parts") and not any(a.name for a in arguments):
        return f"several values are a list: `{layer.type_name}: [{', '.join(map(_shown, arguments))}]`"
    return ""


def superfluous(argument: Argument) -> str:
    """The cure for a value that nothing takes; `x6` stands in papers for six times."""
    text = _shown(argument)
    if text[:1] == "x" and text[1:].isdecimal():
        return f"to have the line {text[1:]} times, write `repeat: {text[1:]}` below it"
    return f"remove `{text}`"


def _shown(argument: Argument) -> str:
    return "[...]" if isinstance(argument.value, tuple) else argument.value.text[:40]
