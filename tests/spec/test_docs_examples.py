"""Every example of docs/spec.md is a whole spec whose `expect:` holds; what it lists is what there is.

(tests/test_docs.py runs the same blocks, and the commands beside them, through the command line.)
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import archlens
from archlens.layers import layer_types
from archlens.spec.arguments import MODIFIERS
from archlens.spec.expectations import FIGURES
from archlens.spec.functions import FUNCTIONS
from archlens.spec.parse import KEYS
from archlens.spec.scalars import UNITS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "spec.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"(?:<!-- file: (\S+) -->\n)?```yaml\n(.*?)```", PAGE, re.DOTALL)
FILES = {name: text for name, text in EXAMPLES if name}
WRONG = ["missed.yaml"]  # to show what is told then


def title(text: str) -> str:
    """What an example is called."""
    found = re.search(r"^name: (.*)$", text, re.MULTILINE)
    return found.group(1) if found else text.split("\n")[0]


@pytest.mark.parametrize("text", [text for name, text in EXAMPLES if name not in WRONG], ids=title)
def test_the_figures_of_every_example(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        Path(name).write_text(content, encoding="utf-8")
    Path("example.yaml").write_text(text, encoding="utf-8")
    many = ":all" if "\nvariants:" in text else ""
    for network in archlens.load_all(f"example.yaml{many}"):
        analysis = network.analyze()
        assert analysis.expectations, "an example without figures"
        assert [o.diagnostic.message for o in analysis.expectations if o.diagnostic] == []
        assert analysis.notes == () or "extends" in text


def test_every_feature_has_an_example() -> None:
    shown = "\n".join(text for _, text in EXAMPLES)
    for key in (*KEYS, *MODIFIERS, "for", "add", "concat", "multiply", "channels", "max", "same", "ceil", "prev"):
        assert re.search(rf"\b{key}\b", shown), key
    assert "$index" in shown


def test_what_the_page_lists_is_what_there_is() -> None:
    assert f"`{' '.join(sorted(FUNCTIONS))}`" in PAGE.replace("\n", " ")
    assert f"`{' '.join((*FIGURES, 'output', 'tensors'))}`" in PAGE.replace("\n", " ")
    assert f"`{' '.join(KEYS)}`" in PAGE.replace("\n", " ")
    assert f"`{' '.join(m for m in MODIFIERS if m != 'do')}`" in PAGE.replace("\n", " ")
    assert all(f" {unit}" in PAGE for unit in UNITS if unit not in ("", "K", "P"))


def test_the_table_of_layers_is_complete() -> None:
    rows = dict(re.findall(r"^\| (\w+) \| (.*) \|$", PAGE, re.MULTILINE))
    for kind in layer_types().values():
        fields = [f.name if f.required else f"[{f.name}]" for f in kind.fields]
        assert f"`{' '.join([kind.type_name, *fields])}`" in rows[kind.family]
