"""The steps of a class as the lines of its `forward`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from archlens.pytorch.export.bodies import Body, Function, Loop, Step
from archlens.pytorch.export.calls import Named, function_text, is_idle, padded
from archlens.pytorch.export.layout import Bracketed, Either, Text, call, flat, laid_out
from archlens.pytorch.export.names import fresh, is_plain, snake, stem
from archlens.pytorch.export.solve import Expression

__all__ = ["forward_lines"]

_INDENT = 8
_MOST = 6  # values at once that get a name each


def forward_lines(body: Body, inputs: Sequence[str], access: Callable[[tuple[str, ...]], str], named: Named) -> list[str]:
    """The lines of `forward`, whose arguments are called `inputs`.

    access: the text that gets the module of a name. named: what a parameter of the class is called there.
    """
    return _Forward(body, inputs, access, named).lines()


class _Forward:
    def __init__(self, body: Body, inputs: Sequence[str], access: Callable[[tuple[str, ...]], str], named: Named) -> None:
        self.body = body
        self.inputs = inputs
        self.access = access
        self.named = named
        self.uses = Counter(body.outputs)
        self.last_uses = dict.fromkeys(body.outputs, len(body.steps))
        for at in range(len(body.steps) - 1, -1, -1):
            one = body.steps[at]
            if not isinstance(one.runs, Function) or any(number in self.uses for number in one.makes):
                self.uses.update(one.reads)
                self.last_uses.update({number: at for number in one.reads if number not in self.last_uses})
        self.joined = {number for one in body.steps if len(one.reads) > 1 for number in one.reads}
        self.texts: dict[int, Text] = dict(enumerate(inputs))
        self.inside = self._inside()
        self.written: list[str] = []

    def lines(self) -> list[str]:
        steps, outputs = self.body.steps, self.body.outputs
        for at, one in enumerate(steps):
            if isinstance(one.runs, Function) and not any(number in self.uses for number in one.makes):
                continue  # nobody asks for it
            if isinstance(one.runs, Function) and is_idle(one.runs) and _always(one) and not self.body.in_place:
                self.texts[one.makes[0]] = self.texts[one.reads[0]]
                continue
            text = self.text(one)
            if at == len(steps) - 1 and one.makes == outputs and not isinstance(one.runs, Loop) and _always(one):
                self.put(text, "return ")
                return self.written
            if at in self.inside:
                self.texts[one.makes[0]] = text
            else:
                self.assigned(at, one, text)
        found = [flat(self.texts[number]) for number in outputs]
        self.put(Either(", ".join(found), Bracketed("", tuple([("", one) for one in found]))), "return ")
        return self.written

    def put(self, text: Text, before: str, indent: int = _INDENT) -> None:
        """Write a statement."""
        self.written += laid_out(text, indent, before)

    # ---- the text of a step ----

    def text(self, one: Step) -> Text:
        """What computes the values of a step; of a loop one turn."""
        operands = [self.texts[number] for number in one.reads]
        if isinstance(one.runs, Function):
            found = function_text(one.runs, operands, self.named)
            pieces = one.runs.target in ("torch.split", "torch.chunk")
            return f"{flat(found)}[0]" if pieces and len(one.makes) == 1 else found
        if one.border is not None:
            operands = [padded(flat(operands[0]), one.border, self.named)]
        if isinstance(one.runs, Loop):
            return call(f'getattr(self, f"{one.runs.stem}{{i}}")', operands)
        return call(self.access(one.name), operands)

    def _inside(self) -> set[int]:
        """The steps that are written inside the join that reads them: those right before it, in the order it reads them."""
        found: set[int] = set()
        steps = self.body.steps
        for at, one in enumerate(steps):
            if not (isinstance(one.runs, Function) and one.runs.takes != "each" and _always(one)):
                continue
            place = len(one.reads)
            for before in range(at - 1, -1, -1):
                part = steps[before]
                if len(part.makes) != 1 or not self._is_short(part, before in found) or self.uses[part.makes[0]] != 1:
                    break
                if part.makes[0] not in one.reads[:place]:
                    break
                place = one.reads.index(part.makes[0])
                found.add(before)
        return found

    def _is_short(self, one: Step, taken: bool) -> bool:
        """Whether it can stand inside another: a call on plain values."""
        if taken or isinstance(one.runs, Loop):
            return False
        if isinstance(one.runs, Function):
            return one.runs.takes == "each" and _always(one)
        return True

    # ---- names of values ----

    def assigned(self, at: int, one: Step, text: Text) -> None:
        """Write a step as a statement of its own."""
        wanted = [number in self.last_uses or isinstance(one.runs, Loop) for number in one.makes]
        if not any(wanted):
            self.put(text, "")
            return
        if len(one.makes) > _MOST and not all(number in self.body.names for number in one.makes):
            name = self.free(snake(one.name[-1]) or "parts", at)
            self.texts.update({number: f"{name}[{place}]" for place, number in enumerate(one.makes)})
            self.put(text, f"{name} = ")
            return
        names: list[str] = []
        for number, is_wanted in zip(one.makes, wanted, strict=True):
            names.append(self.name(at, one, number, names) if is_wanted else "_")
        source = flat(self.texts[one.reads[0]]) if one.reads else ""
        self.texts.update(zip(one.makes, names, strict=True))
        target = ", ".join(names)
        if isinstance(one.runs, Loop) or not _always(one):
            if target != source:
                self.put(f"{target} = {source}", "")
            if isinstance(one.runs, Loop):
                self.put(f"for i in range({one.runs.first}, {one.runs.stop.text(self.named)}):", "")
            else:
                self.put(f"if {one.present.text(self.named)}:", "")
            one = one._replace(reads=one.makes)
            self.put(self.text(one), f"{target} = ", _INDENT + 4)
            return
        self.put(text, f"{target} = ")

    def name(self, at: int, one: Step, number: int, others: Sequence[str]) -> str:
        """What to call a value: as the spec does if it is kept; as its input that nothing needs any more; as its step."""
        several = len(one.makes) > 1 or (number in self.body.outputs and len(self.body.outputs) > 1)
        several = several or number in self.joined
        kept = several or self.uses[number] > 1 or self.last_uses.get(number, 0) > at + 1
        word = self.body.names.get(number, "")
        if kept and is_plain(word):
            return self.free(word, at, others)
        live = self.live(at)
        dying = [text for text in map(self.texts.__getitem__, one.reads) if isinstance(text, str) and text.isidentifier()]
        dying = [text for text in dying if text not in live and text not in others]
        is_free = "x" not in live and "x" not in others
        if is_free and (not dying or "x" in dying or dying[0] in self.inputs or len(one.reads) > 1):
            return "x"
        if len(dying) == len(one.reads) == 1:
            return dying[0]
        if is_plain(word):
            return self.free(word, at, others)
        if len(one.makes) > 1:
            return self.free(snake(stem(one.name[-1])), at, others)
        return self.free("y" if isinstance(one.runs, Function) else snake(one.name[-1]), at, others)

    def free(self, wished: str, at: int, others: Sequence[str] = ()) -> str:
        """A name that no value has which is still needed."""
        return fresh(wished or "y", {*self.live(at), *others, "i"}, (f"{wished}_",) if wished else ())

    def live(self, at: int) -> set[str]:
        """Names of values that are needed after a step."""
        needed = [text for number, text in self.texts.items() if self.last_uses.get(number, -1) > at]
        return {flat(text).partition("[")[0] for text in needed}


def _always(one: Step) -> bool:
    """Whether every instance has this step, or a module that does nothing in its place."""
    present: Any = one.present
    return not isinstance(one.runs, Function) or not isinstance(present, Expression) or present.is_literal
