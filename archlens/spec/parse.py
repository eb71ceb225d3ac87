"""The root mapping of a document → Spec."""

from __future__ import annotations

import re
from collections.abc import Mapping as Dict
from typing import Any

from archlens.errors import Diagnostic, Label, Source, Span, SpecError, did_you_mean
from archlens.spec.document import Mapping, Node, Scalar, Sequence, parse_document
from archlens.spec.expectations import read_expectations
from archlens.spec.expressions import ExpressionError
from archlens.spec.model import Argument, Block, Expectation, InputSpec, Spec, Variant, Word
from archlens.spec.shorthand import split
from archlens.spec.statements import StatementReader

__all__ = ["KEYS", "extended", "parse_root", "parse_spec"]

VERSION = "1"
KEYS = (
    "archlens",
    "name",
    "meta",
    "extends",
    "input",
    "inputs",
    "params",
    "variants",
    "blocks",
    "layers",
    "outputs",
    "freeze",
    "expect",
)
_VARIANT_KEYS = ("meta", "input", "inputs", "freeze", "expect")
_SIGNATURE = re.compile(r"\s*([A-Z][A-Za-z0-9_]*)\s*(?:\((.*)\))?\s*\Z", re.DOTALL)
_PARAMETER = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\Z")
_RESERVED = ("channels", "index", "true", "false", "null", "none")


def parse_root(source: Source, faults: list[Diagnostic]) -> Mapping:
    """The root mapping of a spec; raises SpecError when there is none to go on with."""
    root = parse_document(source, faults)
    top = Span(source, 1, 1, 2)
    if root is None:
        raise SpecError(Diagnostic("ARC104", "the file is empty", top, help="a spec begins `archlens: 1`, then `input:` and `layers:`"))
    if not isinstance(root, Mapping):
        raise SpecError(
            Diagnostic("ARC105", "a spec is a mapping (`key: value` lines)", root.span, help="begin with `archlens: 1`, then `input:` and `layers:`")
        )
    return root


def extended(root: Mapping) -> Scalar | None:
    """What `extends:` names."""
    value = root.get("extends")
    return value if isinstance(value, Scalar) and value.text else None


def parse_spec(source: Source, root: Mapping, base: Spec | None, faults: list[Diagnostic]) -> Spec:
    """The spec that `root` declares, on top of `base` where it extends one.

    Faults are added to `faults`; what is faulty is left out of the result.
    """
    return _Parser(source, root, base, faults).spec()


class _Parser:
    def __init__(self, source: Source, root: Mapping, base: Spec | None, faults: list[Diagnostic]) -> None:
        self.root = root
        self.base = base
        self.source = source
        signatures = self._signatures(root.get("blocks"), faults, source)
        known = {*(base.blocks if base else ()), *signatures}
        self.signatures = signatures
        self.read = StatementReader(source, faults, known)

    def spec(self) -> Spec:
        read, root, base = self.read, self.root, self.base
        self._check_keys()
        name_node = root.get("name")
        name = read.text(name_node, "`name`") if name_node is not None else None
        inputs = self._inputs(root)
        layers = root.get("layers")
        if layers is None and base is None:
            read.fault("ARC104", "the spec has no `layers`", self._top(), "list the layers under `layers:`")
        if not inputs and base is None and root.get("input") is None and root.get("inputs") is None:
            read.fault("ARC104", "the spec has no `input`", self._top(), "write `input: 3x224x224` (channels, then sizes; no batch)")
        blocks = {block.name: block for block in self._blocks()}
        own = Spec(
            source=self.source,
            name=name or (base.name if base else _stem(self.source.name)),
            variant=None,
            meta=self._meta(root.get("meta")),
            inputs=inputs or (),
            params=self._params(root.get("params"), "`params`"),
            variants=self._variants(root.get("variants")),
            blocks=blocks,
            layers=() if layers is None or isinstance(layers, Mapping) else read.body(layers, "`layers`"),
            outputs=self._outputs(root.get("outputs")),
            freeze=self._freeze(root.get("freeze")),
            expect=self._expect(root.get("expect")),
        )
        if base is None:
            if isinstance(layers, Mapping):
                read.fault("ARC105", "`layers` must be a list (lines that begin with `- `), not a mapping", layers.span, "write `- conv: 64 3x3`")
            return own
        return self._merged(own, base, layers)

    def _top(self) -> Span:
        return Span(self.source, 1, 1, max(2, len(self.source.line(1)) + 1))

    def _check_keys(self) -> None:
        read = self.read
        for key, _ in self.root.pairs:
            if key.text not in KEYS:
                read.fault("ARC103", f"a spec has no key `{key.text}`", key.span, did_you_mean(key.text, KEYS) or f"known: {', '.join(KEYS)}")
        version = self.root.get("archlens")
        if version is None:
            read.fault("ARC104", "the spec does not say its version", self._top(), "begin with the line `archlens: 1`")
        elif not isinstance(version, Scalar) or version.text != VERSION:
            shown = version.text if isinstance(version, Scalar) else "that"
            read.fault("ARC104", f"this archlens reads version {VERSION} of the language, not {shown}", version.span, "write `archlens: 1`")
        if self.root.get("input") is not None and self.root.get("inputs") is not None:
            read.fault("ARC103", "`input` and `inputs` exclude each other", self.root.get("inputs").span, "keep `inputs`")
        extends = self.root.get("extends")
        if extends is not None and extended(self.root) is None:
            read.fault("ARC105", "`extends` must name a file or a shipped spec", extends.span, "write `extends: resnet50` or `extends: ./base.yaml`")

    # ---- inputs, outputs, parameters ----

    def _inputs(self, root: Mapping) -> tuple[InputSpec, ...]:
        one, many = root.get("input"), root.get("inputs")
        if many is not None:
            block = self.read.mapping(many, "`inputs`", "inputs: {image: 3x224x224, mask: 1x224x224}")
            return tuple(InputSpec(key.text, self.read.argument(value), value.span) for key, value in (block.pairs if block else ()))
        if one is None:
            return ()
        if isinstance(one, Mapping):
            self.read.fault("ARC105", "`input` must be a size, not a mapping", one.span, "write `input: 3x224x224`; for several use `inputs:`")
            return ()
        return (InputSpec("input", self.read.argument(one), one.span),)

    def _outputs(self, node: Node | None) -> tuple[tuple[str, Word], ...]:
        if node is None:
            return ()
        if isinstance(node, Mapping):
            pairs = [(key.text, self.read.word(value, "an output")) for key, value in node.pairs]
        else:
            items = node.items if isinstance(node, Sequence) else (node,)
            words = [self.read.word(item, "an output") for item in items]
            pairs = [(word.text if word else "", word) for word in words]
        return tuple((name, word) for name, word in pairs if word is not None)

    def _params(self, node: Node | None, what: str) -> tuple[Argument, ...]:
        block = self.read.mapping(node, what, "params: {classes: 1000}") if node is not None else None
        found = []
        for key, value in block.pairs if block else ():
            if not _PARAMETER.match(key.text) or key.text in _RESERVED:
                why = "is a word of the language" if key.text in _RESERVED else "is no name"
                self.read.fault("ARC103", f"parameter `{key.text}` {why}", key.span, "use letters, digits and _")
            else:
                found.append(self.read.argument(value, key.text))
        return tuple(found)

    def _variants(self, node: Node | None) -> tuple[Variant, ...]:
        block = self.read.mapping(node, "`variants`", "variants: {small: {width: 32}}") if node is not None else None
        return tuple(v for key, value in (block.pairs if block else ()) if (v := self._variant(key, value)) is not None)

    def _variant(self, key: Scalar, node: Node) -> Variant | None:
        if isinstance(node, Scalar) and node.plain and not node.text:
            node = Mapping((), node.span)
        block = self.read.mapping(node, f"variant `{key.text}`", f"{key.text}: {{width: 32}}")
        if block is None:
            return None
        params = Mapping(tuple((k, v) for k, v in block.pairs if k.text not in _VARIANT_KEYS), block.span)
        inputs = self._inputs(block)
        freeze = block.get("freeze")
        return Variant(
            key.text,
            self._params(params, f"variant `{key.text}`"),
            inputs or None,
            self._freeze(freeze) if freeze is not None else None,
            self._meta(block.get("meta")),
            self._expect(block.get("expect")),
            key.span,
        )

    def _meta(self, node: Node | None) -> Dict[str, Any]:
        block = self.read.mapping(node, "`meta`", "meta: {year: 2015, paper: arXiv:1512.03385}") if node is not None else None
        return self.read.data(block) if block else {}

    def _freeze(self, node: Node | None) -> tuple[Word, ...]:
        if node is None:
            return ()
        items = node.items if isinstance(node, Sequence) else (node,)
        return tuple(w for item in items if (w := self.read.word(item, "a pattern of `freeze`")) is not None)

    def _expect(self, node: Node | None) -> tuple[Expectation, ...]:
        return read_expectations(self.read, node) if node is not None else ()

    # ---- blocks ----

    @staticmethod
    def _signatures(node: Node | None, faults: list[Diagnostic], source: Source) -> dict[str, tuple[Scalar, str, Node]]:
        """Block name → its key, the text of its parameters and its body."""
        found: dict[str, tuple[Scalar, str, Node]] = {}
        if node is None:
            return found
        if not isinstance(node, Mapping):
            faults.append(Diagnostic("ARC105", "`blocks` must be a mapping", node.span, help="write `blocks:` and below it `ConvBn(out, kernel):`"))
            return found
        for key, body in node.pairs:
            match = _SIGNATURE.match(key.text)
            if not match:
                help = "a block is `Name(parameter, other=default)`; its name begins with a capital"
                faults.append(Diagnostic("ARC103", f"`{key.text}` is no block signature", key.span, help=help))
            elif match.group(1) in found:
                first = found[match.group(1)][0].span
                related = (Label(first, "first here"),)
                faults.append(Diagnostic("ARC007", f"block `{match.group(1)}` is defined twice", key.span, "again here", related))
            else:
                found[match.group(1)] = (key, match.group(2) or "", body)
        return found

    def _blocks(self) -> list[Block]:
        blocks = []
        for name, (key, text, body) in self.signatures.items():
            parameters = self._parameters(key, text)
            blocks.append(Block(name, parameters, self.read.body(body, f"block `{name}`"), key.span))
        return blocks

    def _parameters(self, key: Scalar, text: str) -> tuple[tuple[str, Argument | None], ...]:
        start = key.text.find("(") + 1
        found: dict[str, Argument | None] = {}
        try:
            pieces = split(_unlisted(text))
        except ExpressionError as error:
            self.read.fault("ARC103", f"`{key.text}`: {error.message}", key.span, error.help)
            return ()
        for piece in pieces:
            name = piece.field or piece.text
            at = key.span.part(start + piece.start, len(piece.text))
            if not _PARAMETER.match(name) or name in _RESERVED:
                self.read.fault("ARC103", f"`{piece.text}` is no parameter", at, "write `Name(parameter, other=default)`")
            elif name in found:
                self.read.fault("ARC007", f"parameter `{name}` is named twice", at)
            else:
                found[name] = self.read.value(piece.text, at, name) if piece.field else None
        return tuple(found.items())

    # ---- extending ----

    def _merged(self, own: Spec, base: Spec, layers: Node | None) -> Spec:
        """`own` on top of `base`. The base's published figures hold only for the network they are of, so
        they are kept only when nothing that decides them changes; budgets are always kept."""
        unchanged = not (own.inputs or own.params or own.blocks or own.outputs or own.freeze or layers is not None)
        kept = base.expect if unchanged else tuple(e for e in base.expect if not e.exact)
        variants = own.variants or base.variants
        if not unchanged and not own.variants:
            variants = tuple(v._replace(expect=tuple(e for e in v.expect if not e.exact)) for v in variants)
        stated = {(e.key, e.tensor) for e in own.expect}
        names = {a.name for a in own.params}
        return base._replace(
            source=own.source,
            name=own.name,
            meta={**base.meta, **own.meta},
            inputs=own.inputs or base.inputs,
            params=(*(a for a in base.params if a.name not in names), *own.params),
            variants=variants,
            blocks={**base.blocks, **own.blocks},
            layers=self._layers(own, base, layers),
            outputs=own.outputs or base.outputs,
            freeze=own.freeze or base.freeze,
            expect=(*(e for e in kept if (e.key, e.tensor) not in stated), *own.expect),
        )

    def _layers(self, own: Spec, base: Spec, node: Node | None) -> Any:
        """The base's layers, those replaced that a mapping names."""
        if node is None:
            return base.layers
        if not isinstance(node, Mapping):
            return own.layers
        layers = list(base.layers)
        for key, value in node.pairs:
            places = [i for i, s in enumerate(layers) if s.name is not None and s.name.text == key.text]
            if not places:
                named = [s.name.text for s in layers if s.name is not None]
                help = did_you_mean(key.text, named) or "give the line a `name:` in the spec it extends"
                self.read.fault("ARC134", f"no line of {base.source.name} is named `{key.text}`", key.span, help)
                continue
            place = places[0]
            body = self.read.body(value, f"`{key.text}`")
            if len(body) == 1 and body[0].name is None:
                body = (body[0]._replace(name=layers[place].name),)
            elif len(body) > 1:
                self.read.fault("ARC105", f"`{key.text}` is one line; several need a block", value.span, "put them in a block under `blocks:`")
            layers[place : place + 1] = body
        return tuple(layers)


def _unlisted(text: str) -> str:
    """Commas between parameters as blanks; those inside brackets stay."""
    depth = 0
    out = []
    for c in text:
        depth += (c in "([{") - (c in ")]}")
        out.append(" " if c == "," and depth == 0 else c)
    return "".join(out)


def _stem(name: str) -> str:
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    return base.rsplit(".", 1)[0] or base
