"""`blocks:` → Blocks: signatures with defaults, and what they run."""

from __future__ import annotations

import re
from collections.abc import Mapping as Dict

from archlens.errors import Label
from archlens.records import NamedTuple
from archlens.spec.document import Node, Scalar
from archlens.spec.expressions import ExpressionError
from archlens.spec.model import Argument, Block
from archlens.spec.reader import Reader
from archlens.spec.shorthand import chunks
from archlens.spec.statements import StatementReader

__all__ = ["Signature", "read_blocks", "signatures"]

_SIGNATURE = re.compile(r"\s*([A-Z][A-Za-z0-9_]*)\s*(?:\((.*)\))?\s*\Z", re.DOTALL)
_BEGINNING = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)")
_EXAMPLE = "write `Name(parameter, other=default):`"


class Signature(NamedTuple):
    """A key of `blocks:`. parameters: their text, and where in the key it starts; None when it is no signature."""

    key: Scalar
    parameters: tuple[str, int] | None
    body: Node


def signatures(reader: Reader, node: Node | None) -> dict[str, Signature]:
    """Block name → signature, so that every name is known before any body is read."""
    block = reader.mapping(node, "`blocks`", "blocks:` and below it `ConvBn(out, kernel):") if node is not None else None
    found: dict[str, Signature] = {}
    for key, body in block.pairs if block else ():
        match = _SIGNATURE.match(key.text)
        beginning = match or _BEGINNING.match(key.text)
        name = beginning.group(1) if beginning else key.text
        if not match:
            help = f"{_EXAMPLE}; its name begins with a capital"
            if beginning and not name[:1].isupper() and _SIGNATURE.match(key.text.strip().capitalize()):
                help = f"names of blocks begin with a capital: `{name[:1].upper()}{name[1:]}`"
            reader.fault("ARC103", f"`{key.text[:60]}` is no block", key.span, help)
            found.setdefault(name, Signature(key, None, body))
        elif name in found:
            related = (Label(found[name].key.span, "first here"),)
            reader.fault("ARC007", f"block `{name}` is defined twice", key.span, "keep one of them", "again here", related)
        else:
            text = match.group(2)
            found[name] = Signature(key, (text or "", match.start(2) if text else 0), body)
    return found


def read_blocks(reader: StatementReader, known: Dict[str, Signature]) -> dict[str, Block]:
    """The blocks behind the signatures."""
    blocks = {}
    for name, (key, text, body) in known.items():
        parameters = _parameters(reader, key, *text) if text is not None else None
        lines = reader.body(body, f"block `{name}`")
        blocks[name] = Block(name, parameters or (), lines, key.span, faulty=parameters is None)
    return blocks


def _parameters(reader: StatementReader, key: Scalar, text: str, start: int) -> tuple[tuple[str, Argument | None], ...] | None:
    """The parameters of a signature, each with its default; None after a fault."""
    found: dict[str, Argument | None] = {}
    faults = len(reader.faults.found)
    inside = reader.inside(key)
    try:
        places = chunks(text, ",")
    except ExpressionError as error:
        reader.fault("ARC103", f"`{key.text}`: {error.message}", key.span, error.help)
        return None
    for begin, end in places:
        name, equals, default = text[begin:end].partition("=")
        at = inside.part(start + begin, end - begin)
        if not name or (equals and not default):
            reader.fault("ARC103", f"`{text[begin:end]}` is no parameter", at, _EXAMPLE)
        elif name in found:
            reader.fault("ARC007", f"parameter `{name}` is named twice", at, "keep one of them")
        elif not equals and any(value is not None for value in found.values()):
            reader.fault(
                "ARC103", f"`{name}` has no default, but a parameter before it has", at, "put those without a default first"
            )
        elif reader.names_value(name, at, "a parameter"):
            value = at.part(len(name) + 1, len(default))
            found[name] = reader.value(default, value, name) if equals else None
    return tuple(found.items()) if len(reader.faults.found) == faults else None
