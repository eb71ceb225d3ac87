"""Classes as Python text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from torch import nn

from archlens.pytorch.export.bodies import Body, Chain, Function, Loop, Make, Maker, Step
from archlens.pytorch.export.calls import REQUIRED, module_text, torch_signature
from archlens.pytorch.export.classes import Class
from archlens.pytorch.export.forward import forward_lines
from archlens.pytorch.export.layout import Bracketed, Text, call, laid_out, literal, quoted
from archlens.pytorch.export.names import attribute, fresh, is_plain, is_refused

__all__ = ["class_lines"]

_SPELLED_OUT = 4  # values in an annotation


def class_lines(
    one: Class,
    classes: Mapping[str, Class],
    inputs: tuple[str, ...] = (),
    doc: tuple[str, ...] = (),
    closing: tuple[str, ...] = (),
) -> list[str]:
    """The lines of a class.

    classes: those it may be made of, by name. inputs: what its `forward` calls what goes in. doc: of its docstring.
    closing: statements at the end of its `__init__`.
    """
    return _Writer(one, classes).lines(inputs, doc, closing)


class _Writer:
    def __init__(self, one: Class, classes: Mapping[str, Class]) -> None:
        self.one = one
        self.classes = classes
        self.kind: type[nn.Module] = nn.Sequential if one.is_chain else nn.Module
        self.members = {step.name for step in one.body.steps if not isinstance(step.runs, Function)}
        self.kept: dict[str, str] = {}
        self.written: list[str] = []
        self.condition = ("", 0)
        """The last `if` and where its lines end."""

    def lines(self, inputs: tuple[str, ...], doc: tuple[str, ...], closing: tuple[str, ...]) -> list[str]:
        one, body = self.one, self.one.body
        forward = []
        if not one.is_chain:
            names = inputs or _input_names(body)
            forward = forward_lines(body, names, self.access, self.kept_name)
            arguments = ["self", *[f"{name}: Tensor" for name in names]]
            head = laid_out(call("forward", arguments), 4, "def ", f" -> {_returned(len(body.outputs))}:")
            forward = ["", *head, *forward]
        self.made("self", self.kind, _members(body.steps))
        start = [f"        self.{mine} = {name}" for name, mine in self.kept.items()]
        inner = [*start, *self.written, *closing]
        if inner:
            inner = ["", *self.heading(), "        super().__init__()", *inner]
        return [f"class {one.name}(nn.{self.kind.__name__}):", *doc, *(inner + forward)[0 if doc else 1 :]]

    def heading(self) -> list[str]:
        """`def __init__`."""
        arguments = ["self"]
        for name, default in self.one.signature.items():
            arguments.append(f"{name}: {self.one.types[name]}" + ("" if default is REQUIRED else f" = {literal(default)}"))
        return laid_out(call("__init__", arguments), 4, "def ", " -> None:")

    def kept_name(self, parameter: str) -> str:
        """A parameter as `forward` says it, which has to be kept for it."""
        if parameter not in self.kept:
            taken = {name[0] for name in self.members} | {*self.kept.values()}
            wished = parameter if not is_refused(parameter) else f"{parameter}_"
            self.kept[parameter] = fresh(wished, taken, (f"{parameter}_",))
        return f"self.{self.kept[parameter]}"

    # ---- modules ----

    def access(self, name: tuple[str, ...]) -> str:
        """The text that gets the module of a name."""
        text = attribute("self", name[0], self.kind)
        for place, part in enumerate(name[1:], 1):
            if name[:place] in self.members:
                text = attribute(text, part)
            else:
                text += f"._modules[{quoted(part)}]" if is_refused(part, nn.ModuleDict) else f"[{quoted(part)}]"
        return text

    def made(self, owner: str, kind: type[nn.Module], members: Mapping[str, _Member], indent: int = 8) -> None:
        """Write what makes the members of `owner`, an instance of `kind`."""
        for name, (one, inner) in members.items():
            if one is not None:
                self.statement(one, owner, kind, name, indent)
            else:
                simple = {part: member for part, member in inner.items() if member.is_simple(part)}
                items = [(f"{quoted(part)}: ", self.text(_maker(member.step))) for part, member in simple.items() if member.step]
                self.put(owner, kind, name, call("nn.ModuleDict", [Bracketed("", tuple(items), "{}")] if items else []), indent)
                inner = {part: member for part, member in inner.items() if part not in simple}
            inner_kind = nn.ModuleDict if one is None else nn.Module
            self.made(attribute(owner, name, kind), inner_kind, inner, indent)

    def statement(self, one: Step, owner: str, kind: type[nn.Module], name: str, indent: int) -> None:
        """Write what makes one member."""
        runs, blank = _maker(one), " " * indent
        if not one.present.is_literal:
            if kind is not nn.Sequential:  # `forward` calls it by name
                self.put(owner, kind, name, "nn.Identity()", indent)
            condition = f"{blank}if {one.present.text()}:"
            if self.condition != (condition, len(self.written)):
                self.written.append(condition)
            indent += 4
        if isinstance(runs, Loop):
            self.written.append(f"{blank}for i in range({runs.first}, {runs.stop.text()}):")
            self.written += laid_out(call(f"{owner}.add_module", (f'f"{runs.stem}{{i}}"', self.text(runs.maker))), indent + 4)
        elif isinstance(runs, Chain) and not _is_simple(runs):
            self.put(owner, kind, name, "nn.Sequential()", indent)
            self.made(attribute(owner, name, kind), nn.Sequential, _members(runs.steps), indent)
        else:
            self.put(owner, kind, name, self.text(runs), indent)
        if not one.present.is_literal:
            self.condition = (condition, len(self.written))

    def put(self, owner: str, kind: type[nn.Module], name: str, text: Text, indent: int) -> None:
        """Write a statement that makes `text` the member `name`."""
        if is_plain(name) or is_refused(name, kind):
            self.written += laid_out(text, indent, f"{attribute(owner, name, kind)} = ")
        else:
            self.written += laid_out(call(f"{owner}.add_module", (quoted(name), text)), indent)

    def text(self, maker: Maker) -> Text:
        """The expression that makes a module."""
        if isinstance(maker, Make):
            one = self.classes.get(maker.target)
            signature = torch_signature(maker.target) if one is None else one.signature
            return module_text(maker, signature, str, is_ours=one is not None)
        assert isinstance(maker, Chain)
        items = [(one.name[-1], self.text(_maker(one))) for one in maker.steps]
        if all(is_plain(name) for name, _ in items):
            return call("nn.Sequential", (Bracketed("OrderedDict", tuple([(f"{name}=", text) for name, text in items])),))
        mapping = Bracketed("", tuple([(f"{quoted(name)}: ", text) for name, text in items]), "{}")
        return call("nn.Sequential", (call("OrderedDict", (mapping,)),))


class _Member(NamedTuple):
    """A module at its place, and those that stand in it without being run by it. step: None for a scope that does not run."""

    step: Step | None
    parts: dict[str, _Member]

    def is_simple(self, name: str) -> bool:
        """Whether it can stand in the mapping of an `nn.ModuleDict`."""
        return self.step is not None and not self.parts and not is_refused(name, nn.ModuleDict) and _is_simple(_maker(self.step))


def _maker(one: Step) -> Maker:
    """What makes the module of a step that has one."""
    assert not isinstance(one.runs, Function)
    return one.runs


def _members(steps: Sequence[Step]) -> dict[str, _Member]:
    """The modules of steps by name, those in others below them."""
    found: dict[str, _Member] = {}
    for one in steps:
        if isinstance(one.runs, Function):
            continue
        level = found
        for part in one.name[:-1]:
            level = level.setdefault(part, _Member(None, {})).parts
        level[one.name[-1]] = _Member(one, {})
    return found


def _is_simple(maker: Maker) -> bool:
    """Whether one expression makes it."""
    if isinstance(maker, Chain):
        return all(
            one.present.is_literal and not is_refused(one.name[-1], nn.Sequential) and _is_simple(_maker(one))
            for one in maker.steps
        )
    return isinstance(maker, Make)


def _input_names(body: Body) -> list[str]:
    """What `forward` calls what goes in: `x`, and the others as the spec does."""
    found: list[str] = []
    for number in range(body.inputs):
        word = body.names.get(number, "")
        wished = word if body.inputs > 1 and is_plain(word) else ("x", "y", "z")[min(number, 2)]
        found.append(fresh(wished, found))
    return found


def _returned(count: int) -> str:
    """What `forward` gives, as an annotation."""
    if count == 1:
        return "Tensor"
    return "tuple[Tensor, ...]" if count > _SPELLED_OUT else f"tuple[{', '.join(['Tensor'] * count)}]"
