"""Random networks that compile, of layers of any type that fit by trying."""

from __future__ import annotations

from pathlib import Path
from random import Random

import archlens
from archlens.errors import SpecError
from archlens.layers import layer_types
from tests.fuzz.lines import line_of

__all__ = ["random_spec"]

LAYERS = 12
TRIES = 120
ACTIVATIONS = [kind for kind in layer_types().values() if kind.family == "activation"]
OTHERS = [kind for kind in layer_types().values() if kind.family != "activation"]
STARTS = ("3x16x16", "4x12", "6x5x4x4", "7x8")
AXES = ("[0, 2, 1]", "[0, 2, 1, 3]", "[0, 3, 1, 2]", "[2, 3]", "[1, 2]", "[2]", "[1]")
VALUES = ("1", "2", "2", "3", "4", "6", "8", "16", "0", "-1", "0.5", "2x2", "3x3", "true", *AXES)


def written(random: Random, names: list[str]) -> str:
    """A layer of any type with arguments that may fit, on what is above or on named tensors."""
    kind = random.choice(ACTIVATIONS if random.random() < 0.1 else OTHERS)
    values = {
        field.name: random.choice([*VALUES, *field.kind.choices * 9])
        for field in kind.fields
        if field.required or random.random() < 0.25
    }
    count = random.randint(kind.inputs[0], kind.inputs[1] or 3)
    sources = ["prev", *[random.choice(["prev", *names]) for _ in range(count - 1)]][:count]
    return line_of(kind, values, sources, f"t{len(names)}")


def random_spec(random: Random, file: Path) -> str:
    """A network of up to LAYERS layers, each one kept if the spec still compiles; now and then one has the weights of another."""
    text = f"archlens: 1\ninput: {random.choice(STARTS)}\nlayers:\n"
    names: list[str] = []
    for _ in range(TRIES):
        earlier = [line for line in text.splitlines() if "name: " in line]
        if earlier and random.random() < 0.25:
            line, _, name = random.choice(earlier).rpartition(", name: ")
            line += f", weights: {name.partition(',')[0]}, as: t{len(names)}}}\n"
        else:
            line = written(random, names)
        longer = text + line.replace(", as: ", f", name: t{len(names)}, as: ")
        file.write_text(longer, encoding="utf-8")
        try:
            archlens.load(str(file)).graph  # noqa: B018
        except SpecError:
            continue
        text = longer
        names.append(f"t{len(names)}")
        if len(names) == LAYERS:
            break
    return text
