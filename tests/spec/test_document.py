"""YAML text as nodes that know where they stand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archlens.errors import Source, SpecError
from archlens.spec.document import Mapping, Node, Scalar, Sequence, parse_document
from archlens.spec.faults import Faults

TEXT = """\
# a comment
name: "Größe 𝒳"   # behind it
layers:
  - conv: 64 3x3
    as: [a, 'b c']
  - {relu: , name: x}
note: |
  two
  lines
empty:
"""


def parse(text: str) -> Node | None:
    return parse_document(Source("x.yaml", text), Faults())


def places(node: Node | None) -> list[tuple[str, int, int, int]]:
    """Every scalar with its line, column and end."""
    if isinstance(node, Mapping):
        return [place for key, value in node.pairs for place in (*places(key), *places(value))]
    if isinstance(node, Sequence):
        return [place for item in node.items for place in places(item)]
    assert node is not None
    return [(node.text, node.span.line, node.span.column, node.span.end)]


def test_every_node_knows_its_place() -> None:
    assert places(parse(TEXT)) == [
        ("name", 2, 1, 5),
        ("Größe 𝒳", 2, 7, 16),
        ("layers", 3, 1, 7),
        ("conv", 4, 5, 9),
        ("64 3x3", 4, 11, 17),
        ("as", 5, 5, 7),
        ("a", 5, 10, 11),
        ("b c", 5, 13, 18),
        ("relu", 6, 6, 10),
        ("", 6, 12, 13),
        ("name", 6, 14, 18),
        ("x", 6, 20, 21),
        ("note", 7, 1, 5),
        ("two\nlines\n", 7, 7, 8),
        ("empty", 10, 1, 6),
        ("", 10, 7, 8),
    ]


def test_lists_and_mappings_in_brackets_end_where_they_end() -> None:
    root = parse("a: [1, 2]\nb: {c: d}\nc:\n  - e\n  - f\n")
    assert isinstance(root, Mapping)
    assert [(root.get(key).span.column, root.get(key).span.end) for key in "abc"] == [(4, 10), (4, 10), (3, 4)]


def test_plain_text_and_quoted_text_are_told_apart() -> None:
    root = parse("a: 1\nb: '1'\nc: \"1\"\nd: |\n  1\n")
    assert isinstance(root, Mapping)
    assert [(value.text.strip(), value.plain) for _, value in root.pairs] == [
        ("1", True),
        ("1", False),
        ("1", False),
        ("1", False),
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "# only this\n", "---\n", "---\n...\n", "null", "~"])
def test_nothing(text: str) -> None:
    found = parse(text)
    assert found is None or (isinstance(found, Scalar) and found.text in ("null", "~"))


def test_two_duplicates_are_both_told() -> None:
    faults = Faults()
    root = parse_document(Source("x.yaml", "a: 1\nb: {c: 1, c: 2}\na: 3\n"), faults)
    assert isinstance(root, Mapping)
    assert root.get("a").text == "1"
    assert [(d.message, d.span and d.span.line) for d in faults.sorted()] == [
        ("`c` is given twice", 2),
        ("`a` is given twice", 3),
    ]


def test_sixty_levels_are_enough() -> None:
    assert parse("[" * 60 + "]" * 60) is not None
    with pytest.raises(SpecError, match="deeper than 60"):
        parse("[" * 61 + "]" * 61)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(
    words=st.lists(
        st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="\"'\\#&*!|>%@`{}[],:?-~"), min_size=1),
        max_size=5,
    )
)
def test_columns_are_where_an_editor_shows_them(words: list[str]) -> None:
    lines = [f"  - {word}: {word}" for word in words]
    for text, line, column, end in places(parse("a:\n" + "\n".join(lines) + "\n"))[1:]:
        if text:
            assert ["a:", *lines][line - 1][column - 1 : end - 1] == text
