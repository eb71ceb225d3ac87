"""Random specs with structure: blocks in blocks, conditions, repeats, forks, names of every kind, shared and frozen weights."""

from __future__ import annotations

from pathlib import Path
from random import Random

import archlens
from archlens.errors import SpecError

__all__ = ["nested_network"]

NAMES = (
    "1x1",
    "train",
    "keys",
    "append",
    "a/b",
    "a.c",
    "class",
    "Block",
    "__hidden",
    "conv1",
    "x",
    "self",
    "weight",
    "add_module",
    'say "so"',
    "ünder",
    "data{}",
    "A",
    "step$index",
    "turn$index",
    "in/out$index",
    "_modules",
    "a",
    "b/a",
)
WIDTHS = ("width", "2*width", "channels", "channels//2+1", "4", "6")
PLAIN = (
    "relu",
    "batch_norm",
    "dropout",
    "gelu: approximate=tanh",
    "max_pool: 3x3 /1 padding=1",
    "group_norm: 2 affine=false",
    "conv: {w} 3x3 same",
    "conv: {w} 1x1 bias=false",
    "conv: {w} kernel same",
    "depthwise_conv: 3x3 same",
    "prelu",
    "crop: 8",
    "conv: {w} 2x2 padding=[[0,1],[1,0]]",
    "roll: shifts=[shift,-shift] dims=[2,3]",
    "permute: [0, 1, 3, 2]",
    "identity",
)
CONDITIONS = ("deep", "channels != width", "kernel > 1", "width == 6", "not deep", "shift > 0")
CALLS = ("{w}", "{w} 3", "{w} deep=true", "{w} 5 deep=true shift=1", "{w} shift=2")


class _Writer:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.blocks: list[str] = []
        self.given: list[str] = []  # names of tensors in the body at hand
        self.turns = 0  # of `for`, how deep

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def line(self, indent: str, depth: int, inside: bool) -> list[str]:
        """A line of any kind with what stands below it."""
        random = self.random
        width = random.choice(WIDTHS if inside else WIDTHS[2:])
        kind = random.choice(["plain", "plain", "block", "block", "fork", "for"] if depth < 3 else ["plain"])
        if kind == "block" and self.blocks:
            lines = [f"- {random.choice(self.blocks)}: {random.choice(CALLS).format(w=width)}"]
            if self.chance(0.3):
                lines.append(f"  repeat: {random.choice(['2', '3', '4'])}")
        elif kind == "fork":
            join = random.choice(["add", "multiply", "concat", "maximum"])
            labels = random.sample(["main", "shortcut", "1x1", "pool", "b1", "b2", "b3"], random.randint(2, 3))
            lines = [f"- {join}:"]
            for label in labels:
                lines.append(f"    {label}:")
                body = self.body(indent + "      ", depth + 1, inside) if self.chance(0.7) else []
                end = [] if join == "concat" else [f"{indent}      - conv: 6 1x1"]
                lines += [part[len(indent) :] for part in body + end] or []
                if not body and not end:
                    lines[-1] += " []"
        elif kind == "for":
            lines = [f"- for: {{width: {random.choice(['[4, 8]', '[4, 4, 4]', '[6, 4, 8]'])}, shift: [1, 2, 0]}}"]
            if lines[0].count("4, 8") == 1 and "6" not in lines[0]:
                lines = [lines[0].replace("[1, 2, 0]", "[0, 1]")]
            lines += [f"  name: {random.choice(['stage$index', 'loop'])}"] if self.chance(0.7) else []
            self.turns += 1
            lines += ["  do:", *[part[len(indent) :] for part in self.body(indent + "    ", depth + 1, inside)]]
            self.turns -= 1
            return [indent + part for part in lines]
        else:
            plain = random.choice(PLAIN if inside else [one for one in PLAIN if "shift" not in one and "kernel" not in one])
            text = plain.format(w=width)
            lines = [f"- {text}:" if ":" not in text else f"- {text}"]
        if self.chance(0.15):
            lines.append(f"  name: {_quoted(random.choice([one for one in NAMES if self.turns or '$' not in one]))}")
        if inside and self.chance(0.15):
            lines.append(f"  when: {random.choice(CONDITIONS)}")
        if self.chance(0.08):
            lines.append(f"  from: {random.choice(['input', *self.given])}")
        free = [one for one in ("kept", "side", "x") if one not in self.given]
        once = not self.turns and not any(part.startswith("  repeat") for part in lines)
        if free and once and self.chance(0.15):
            self.given.append(random.choice(free))
            lines.append(f"  as: {self.given[-1]}")
        if self.chance(0.02):
            lines.append(f"  weights: {random.choice(['conv', 'conv1', 'A', 'B', 'A1', 'main'])}")
        return [indent + part for part in lines]

    def body(self, indent: str, depth: int, inside: bool) -> list[str]:
        return [part for _ in range(self.random.randint(1, 4)) for part in self.line(indent, depth, inside)]

    def spec(self) -> str:
        lines = ["archlens: 1", "name: Random", "input: 4x8x8", "blocks:"]
        for name in ("A", "B", "C"):
            self.given = []
            lines += [f"  {name}(width, kernel=1, deep=false, shift=0):", *self.body("    ", 1, True)]
            self.blocks.append(name)
        self.given = []
        lines += ["layers:", *[part for _ in range(self.random.randint(2, 6)) for part in self.line("  ", 0, False)]]
        if self.chance(0.3):
            lines.append(
                f"freeze: ['{self.random.choice(['A*', '*', 'B1', 'stage1'])}', '!{self.random.choice(['A', 'conv', 'B'])}*']"
            )
        return "\n".join(lines) + "\n"


def _quoted(name: str) -> str:
    return "'" + name + "'"


def nested_network(random: Random, file: Path) -> archlens.Network:
    """A network that compiles, its spec written to `file`."""
    while True:
        file.write_text(_Writer(random).spec(), encoding="utf-8")
        try:
            network = archlens.load(str(file), max_layers=400)
            network.graph  # noqa: B018
        except SpecError:
            continue
        return network
