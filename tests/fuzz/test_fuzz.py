"""Whatever stands in a file: archlens answers with figures or with faults of its own, and soon.

300 cases a test, or as many as ARCHLENS_EXAMPLES says. Texts are shipped specs and bad inputs that were cut, doubled,
swapped, spliced and given extreme numbers; bytes; and words of the language thrown together (both in words.json).
"""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import archlens
from archlens.errors import SpecError, render
from archlens.layers import layer_types
from tests.fuzz.lines import line_of

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CASES = int(os.environ.get("ARCHLENS_EXAMPLES", "300"))
SECONDS = 1.0
LAYERS = 5_000
"""The most layers a mutated spec may have here: what has more takes longer for a reason."""

SPECS = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "specs").glob("*.yaml"))]
BROKEN = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests/bad_input/cases").glob("*.yaml"))]
TOKEN = re.compile(r"[A-Za-z_]+|[0-9.]+|\s+|.", re.DOTALL)
EXTREMES, WORDS = json.loads((HERE / "words.json").read_text(encoding="utf-8")).values()
WORDS += [*EXTREMES, *layer_types(), *sorted({f" {name}=" for kind in layer_types().values() for name in kind.field_names})]
pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "spec.yaml"


def judge(error: SpecError) -> None:
    """Whether the faults can be shown."""
    assert error.diagnostics
    for diagnostic in error.diagnostics:
        assert diagnostic.span is None or diagnostic.span.line >= 1
        assert len(render(diagnostic)) < 5_000


def seconds(file: Path) -> float:
    """How long archlens takes for `file`; anything it raises that is no fault of the spec comes out."""
    start = time.perf_counter()
    try:
        for network in archlens.load_all(str(file), max_layers=LAYERS):
            analysis = network.analyze()
            assert all(number >= 0 for number in network.graph.outputs.values())
            assert analysis.totals.params >= 0
    except SpecError as error:
        judge(error)
    except archlens.ArchlensError:
        pass
    return time.perf_counter() - start


def check(file: Path, content: bytes) -> None:
    """Run `content`; slow is what is slow three times, since other programs run on the machine."""
    file.write_bytes(content)
    if seconds(file) > SECONDS:
        assert min(seconds(file) for _ in range(3)) < SECONDS, content.decode("utf-8", "replace")


def damaged(tokens: list[str], kind: str, i: int, j: int, draw: st.DrawFn) -> list[str]:
    """`tokens` with damage that need not leave YAML behind."""
    if kind == "drop":
        return tokens[:i] + tokens[i + draw(st.integers(1, 3)) :]
    if kind == "double":
        return tokens[:i] + tokens[i : i + draw(st.integers(1, 40))] + tokens[i:]
    if kind == "swap":
        tokens[i], tokens[j] = tokens[j], tokens[i]
        return tokens
    if kind == "word":
        return [*tokens[:i], draw(st.sampled_from(WORDS)), *tokens[i:]]
    if kind == "splice":
        other = TOKEN.findall(draw(st.sampled_from(SPECS + BROKEN)))
        return tokens[:i] + other[j : j + draw(st.integers(1, 200))] + tokens[i:]
    return [*tokens[:i], tokens[i].swapcase(), *tokens[i + 1 :]]


def reordered(text: str, kind: str, i: int, j: int) -> str:
    """`text` with lines dropped, doubled or swapped, indentation as it was."""
    lines = text.split("\n")
    i %= len(lines)
    indent = len(lines[i]) - len(lines[i].lstrip())
    alike = [n for n, line in enumerate(lines) if len(line) - len(line.lstrip()) == indent]
    j = alike[j % len(alike)]
    if kind == "drop line":
        del lines[i]
    elif kind == "double line":
        lines.insert(j, lines[i])
    else:
        lines[i], lines[j] = lines[j], lines[i]
    return "\n".join(lines)


ROUGH = ("drop", "double", "swap", "word", "splice", "case")
LINES = ("drop line", "double line", "swap lines")


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A spec that people wrote, changed a few times: mostly so that it stays YAML."""
    text = draw(st.sampled_from(SPECS * 3 + BROKEN))
    for _ in range(draw(st.integers(1, 5))):
        tokens = TOKEN.findall(text)
        if not tokens:
            break
        i, j = draw(st.integers(0, len(tokens) - 1)), draw(st.integers(0, len(tokens) - 1))
        kind = draw(st.sampled_from(("number", "number", "number", "name", "name", *LINES, *LINES, "rough")))
        if kind in LINES:
            text = reordered(text, kind, i, j)
            continue
        if kind == "rough":
            tokens = damaged(tokens, draw(st.sampled_from(ROUGH)), i, j, draw)
        else:
            wanted = [n for n, t in enumerate(tokens) if (t[0].isdigit() if kind == "number" else t[0].isalpha())]
            if wanted:
                new = draw(st.sampled_from(EXTREMES)) if kind == "number" else tokens[wanted[j % len(wanted)]]
                tokens[wanted[i % len(wanted)]] = new
        text = "".join(tokens)
    return text


def cases(share: float = 1.0) -> Any:
    """Hypothesis' settings for a share of the cases."""
    return settings(
        max_examples=max(1, int(CASES * share)),
        deadline=None,
        database=None,
        derandomize="ARCHLENS_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )


@cases()
@given(text=mutated())
def test_mutated_specs(file: Path, text: str) -> None:
    check(file, text.encode("utf-8"))


@cases(0.3)
@given(words=st.lists(st.sampled_from(WORDS), max_size=60))
def test_words_of_the_language(file: Path, words: list[str]) -> None:
    check(file, ("archlens: 1\ninput: 3x32x32\nlayers:\n  - " + "".join(words)).encode())


VALUES = [
    *EXTREMES, *map(str, (4, 5, 8, 12, 16, 31, 33, 64, -2, -3, 1000, 32768)),
    "4x4", "7x7", "32x32", "8x9x2", "[2, 3]", "[1, -1]", "[0, 2, 1]", "[0, 3, 2, 1]", "[[0, 1], [-1, 2]]", "[30, 34]", "1/16",
    "2**20", "2**50",
]  # fmt: skip
INPUTS = {
    "v": "64",
    "t": "64x32",
    "m": "12x32x32",
    "b": "9x4",
    "w": "16x64x12",
    "u": "1x1x1x1",
    "l": "1000003x1",
    "h": "2x3x4x5x6",
}


@st.composite
def lines(draw: st.DrawFn) -> str:
    """A line: any layer, some of its arguments with values that may fit, any number of inputs."""
    kind = draw(st.sampled_from(list(layer_types().values())))
    given = {}
    for field in kind.fields:
        if field.required or draw(st.integers(0, 3)) == 0:
            given[field.name] = draw(st.sampled_from([*VALUES, *field.kind.choices * 9]))
    names = draw(st.lists(st.sampled_from(list(INPUTS)), min_size=1, max_size=max(kind.inputs[0], 1) + draw(st.integers(0, 2))))
    return line_of(kind, given, names, "[a, b]" if kind.joins else "")


@cases()
@given(body=st.lists(lines(), min_size=1, max_size=4))
def test_any_arguments(file: Path, body: list[str]) -> None:
    sizes = ", ".join(f"{name}: {size}" for name, size in INPUTS.items())
    check(file, f"archlens: 1\ninputs: {{{sizes}}}\nlayers:\n{''.join(body)}".encode())


@cases(0.2)
@given(text=st.text(max_size=300))
def test_any_text(file: Path, text: str) -> None:
    check(file, text.encode("utf-8", "replace"))


@cases(0.2)
@given(data=st.binary(max_size=300))
def test_any_bytes(file: Path, data: bytes) -> None:
    check(file, data)


@cases(0.3)
@given(text=st.text(alphabet="abcwidth0123456789+-*/%.,()[]<>=!'\" _$", max_size=60))
def test_any_expression(file: Path, text: str) -> None:
    quoted = text.replace("'", "''")
    check(file, f"archlens: 1\ninput: 3x32x32\nparams: {{width: 16, a: [1, 2]}}\nlayers:\n  - conv: '{quoted}'\n".encode())
