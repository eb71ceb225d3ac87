"""The root mapping of a document → Spec."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping as Dict
from typing import Any

from archlens.errors import Diagnostic, Source, Span, SpecError, did_you_mean
from archlens.spec.allowing import read_allow, read_loss
from archlens.spec.blocks import read_blocks, signatures
from archlens.spec.document import Mapping, Node, Scalar, Sequence, parse_document
from archlens.spec.expectations import read_expectations
from archlens.spec.expressions import FAULT
from archlens.spec.extending import merged
from archlens.spec.faults import Faults
from archlens.spec.model import Allow, Argument, Expectation, InputSpec, Spec, Variant, Word
from archlens.spec.reader import is_empty, kind_of_node
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
    "loss",
    "allow",
)
_VARIANT_KEYS = ("meta", "input", "inputs", "outputs", "freeze", "expect", "loss", "allow")
_BEGIN = "a spec begins `archlens: 1`, then `input:` and `layers:`"
_FAMILIAR = {
    "version": "archlens",
    "model": "name",
    "title": "name",
    "description": "meta",
    "input_shape": "input",
    "input_size": "input",
    "parameters": "params",
    "args": "params",
    "modules": "blocks",
    "backbone": "layers",
    "network": "layers",
    "architecture": "layers",
    "output": "outputs",
    "expected": "expect",
    "criterion": "loss",
    "objective": "loss",
    "ignore": "allow",
    "suppress": "allow",
}


def parse_root(source: Source, faults: Faults) -> Mapping:
    """The root mapping of a spec; raises SpecError when there is none to go on with."""
    root = parse_document(source, faults)
    if isinstance(root, Mapping):
        return root
    if root is None:
        raise SpecError(Diagnostic("ARC104", "the file is empty", Span(source, 1, 1, 2), help=_BEGIN))
    what = "a list" if isinstance(root, Sequence) else "text"
    raise SpecError(Diagnostic("ARC105", f"a spec is a mapping (`key: value` lines), not {what}", root.span, help=_BEGIN))


def extended(root: Mapping) -> Scalar | None:
    """What `extends:` names."""
    value = root.get("extends")
    return value if isinstance(value, Scalar) and value.text else None


def parse_spec(source: Source, root: Mapping, base: Spec | None, faults: Faults) -> Spec:
    """The spec that `root` declares, on top of `base` where it extends one.

    Faults are added to `faults`; what is faulty is marked in the result.
    """
    return _Parser(source, root, base, faults).spec()


class _Parser:
    def __init__(self, source: Source, root: Mapping, base: Spec | None, faults: Faults) -> None:
        self.root = root
        self.base = base
        self.source = source
        self.read = StatementReader(source, faults, {})
        self.signatures = signatures(self.read, root.get("blocks"))
        self.read.blocks = {*(base.blocks if base else ()), *self.signatures}

    def spec(self) -> Spec:
        read, root, base = self.read, self.root, self.base
        self._check_keys()
        self._check_version()
        layers, freeze, name = root.get("layers"), root.get("freeze"), root.get("name")
        own = Spec(
            source=self.source,
            name=(read.text(name, "`name`") if name is not None else None) or (base.name if base else _stem(self.source.name)),
            variant=None,
            meta=self._meta(root.get("meta")),
            inputs=self._inputs(root),
            params=self._params(root.get("params")),
            variants=self._variants(root.get("variants")),
            blocks=read_blocks(read, self.signatures),
            layers=() if layers is None or isinstance(layers, Mapping) else read.body(layers, "`layers`"),
            outputs=self._outputs(root.get("outputs")) or (),
            freeze=self._freeze(freeze),
            expect=self._expect(root.get("expect")),
            loss=self._loss(root.get("loss")),
            allow=self._allow(root.get("allow")),
        )
        if base is not None:
            own = merged(own, base, root, read)
        elif isinstance(layers, Mapping) and root.get("extends") is None:
            message = "`layers` must be a list (lines that begin with `- `), not a mapping"
            read.fault("ARC105", message, layers.span, "write `- conv: 64 3x3`")
        return own._replace(faults=tuple(read.faults.found))

    # ---- what must be there ----

    def _check_keys(self) -> None:
        for key, _ in self.root.pairs:
            if key.text not in KEYS:
                familiar = _FAMILIAR.get(key.text.lower())
                help = f"did you mean `{familiar}`?" if familiar else did_you_mean(key.text, KEYS) or f"keys: {', '.join(KEYS)}"
                self.read.fault("ARC103", f"a spec has no key `{key.text[:40]}`", key.span, help)
        inputs, extends = self.root.get("inputs"), self.root.get("extends")
        if self.root.get("input") is not None and inputs is not None:
            self.read.fault("ARC103", "`input` and `inputs` exclude each other", inputs.span, "keep `inputs`")
        if extends is not None and extended(self.root) is None:
            help = "write `extends: resnet50` or `extends: ./base.yaml`"
            self.read.fault("ARC105", "`extends` must name a file or a shipped spec", extends.span, help)
        if extends is not None:
            return
        layers = next((key for key, _ in self.root.pairs if key.text == "layers"), None)
        if layers is None:
            self.read.fault("ARC104", "the spec has no `layers`", self._top(), "list the layers under `layers:`")
        elif is_empty(self.root.get("layers")):
            self.read.fault("ARC104", "`layers` lists none", layers.span, "below it, begin each with `- `: `- conv: 64 3x3`")
        if self.root.get("input") is None and inputs is None:
            help = "write `input: 3x224x224` (channels, then sizes; no batch)"
            self.read.fault("ARC104", "the spec has no `input`", self._top(), help)

    def _check_version(self) -> None:
        version = self.root.get("archlens")
        if version is None:
            self.read.fault("ARC104", "the spec does not say its version", self._top(), "begin with the line `archlens: 1`")
        elif not isinstance(version, Scalar) or version.text != VERSION:
            shown = f"`{version.text[:40]}`" if isinstance(version, Scalar) else "that"
            message = f"this archlens reads version {VERSION} of the language, not {shown}"
            self.read.fault("ARC104", message, version.span, f"write `archlens: {VERSION}`")

    def _top(self) -> Span:
        return Span(self.source, 1, 1, max(2, len(self.source.line(1)) + 1))

    # ---- inputs, outputs, parameters ----

    def _inputs(self, root: Mapping) -> tuple[InputSpec, ...]:
        one, many = root.get("input"), root.get("inputs")
        if many is not None:
            block = self.read.mapping(many, "`inputs`", "inputs: {image: 3x224x224, mask: 1x224x224}")
            if block is not None and not block.pairs:
                self.read.fault("ARC104", "`inputs` names none", many.span, "write `inputs: {image: 3x224x224}`")
            return tuple([self._input(key.text, key.span, value) for key, value in (block.pairs if block else ())])
        return (self._input("input", one.span, one),) if one is not None else ()

    def _input(self, name: str, at: Span, value: Node) -> InputSpec:
        if name == "prev":
            self.read.fault("ARC135", "an input cannot be called `prev`: that is the tensor above", at, "choose another name")
        else:
            self.read.names_path(name, at)
        if isinstance(value, Mapping) or is_empty(value):
            help = f"write `{name}: 3x224x224`; for several use `inputs:`"
            self.read.fault("ARC105", f"`{name}` must be a size, not {kind_of_node(value)}", value.span, help)
            return InputSpec(name, Argument(name, FAULT, value.span), value.span)
        return InputSpec(name, self.read.argument(value, name), value.span)

    def _outputs(self, node: Node | None) -> tuple[tuple[str, Word], ...] | None:
        if node is None:
            return None
        if isinstance(node, Mapping):
            pairs = [(key.text, self.read.word(value, "an output")) for key, value in node.pairs]
            return tuple([(name, word) for name, word in pairs if word is not None])
        return tuple([(word.text, word) for word in self.read.words(node, "an output")])

    def _params(self, node: Node | None) -> tuple[Argument, ...]:
        block = self.read.mapping(node, "`params`", "params: {classes: 1000}") if node is not None else None
        return self._values(block.pairs if block else (), "a parameter")

    def _values(self, pairs: Iterable[tuple[Scalar, Node]], what: str) -> tuple[Argument, ...]:
        read = self.read
        return tuple([read.argument(v, k.text) for k, v in pairs if read.names_value(k.text, read.inside(k), what)])

    def _variants(self, node: Node | None) -> tuple[Variant, ...]:
        block = self.read.mapping(node, "`variants`", "variants: {small: {width: 32}}") if node is not None else None
        found = [v for key, value in (block.pairs if block else ()) if (v := self._variant(key, value)) is not None]
        self._check_variants(found)
        return tuple(found)

    def _check_variants(self, variants: list[Variant]) -> None:
        """Refuse a parameter that only some variants set and nothing else does: most likely a slip of the pen."""
        declared = {a.name for a in (*self._declared(), *(self.base.params if self.base else ()))}
        setting = Counter(a.name for v in variants for a in v.params if a.name not in declared)
        for variant in variants:
            for argument in variant.params:
                name = argument.name
                if setting[name] in (0, len(variants)):
                    continue
                other = next(v.name for v in variants if name not in [a.name for a in v.params])
                help = did_you_mean(name, declared) or f"give it a value under `params:`, or in variant `{other}` too"
                message = f"variant `{variant.name}` sets `{name}`, which neither `params:` nor variant `{other}` has"
                self.read.fault("ARC133", message, argument.span, help)

    def _declared(self) -> list[Argument]:
        node = self.root.get("params")
        return [Argument(key.text, (), key.span) for key, _ in node.pairs] if isinstance(node, Mapping) else []

    def _variant(self, key: Scalar, node: Node) -> Variant | None:
        block = self.read.mapping(node, f"variant `{key.text}`", f"{key.text}: {{width: 32}}")
        if block is None:
            return None
        values = []
        for name, value in block.pairs:
            if name.text in KEYS and name.text not in _VARIANT_KEYS:
                help = f"a variant sets parameters by their names, and {', '.join(_VARIANT_KEYS)}; else extend this spec"
                self.read.fault("ARC103", f"a variant has no `{name.text}`", name.span, help)
            elif name.text not in _VARIANT_KEYS:
                values.append((name, value))
        freeze = block.get("freeze")
        return Variant(
            name=key.text,
            params=self._values(values, "a parameter"),
            inputs=self._inputs(block) or None,
            outputs=self._outputs(block.get("outputs")),
            freeze=self._freeze(freeze) if freeze is not None else None,
            meta=self._meta(block.get("meta")),
            expect=self._expect(block.get("expect")),
            span=key.span,
            loss=self._loss(block.get("loss")),
            allow=self._allow(block.get("allow")),
        )

    def _meta(self, node: Node | None) -> Dict[str, Any]:
        block = self.read.mapping(node, "`meta`", "meta: {year: 2015, paper: arXiv:1512.03385}") if node is not None else None
        data: Dict[str, Any] = self.read.data(block) if block else {}
        return data

    def _freeze(self, node: Node | None) -> tuple[Word, ...]:
        return self.read.words(node, "a pattern of `freeze`") if node is not None else ()

    def _expect(self, node: Node | None) -> tuple[Expectation, ...]:
        return read_expectations(self.read, node) if node is not None else ()

    def _loss(self, node: Node | None) -> tuple[tuple[str, Word], ...]:
        return read_loss(self.read, node) if node is not None else ()

    def _allow(self, node: Node | None) -> tuple[Allow, ...]:
        return read_allow(self.read, node) if node is not None else ()


def _stem(name: str) -> str:
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    return base.rsplit(".", 1)[0] or base
