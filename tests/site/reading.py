"""A page read by a parser that forgives nothing."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
REFERENCES = {"aria-controls", "aria-labelledby", "aria-describedby", "for"}


class Read(HTMLParser):
    """Every element with its attributes, its text; what is wrong."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.tables: list[list[list[str]]] = []
        self.scripts: list[str] = []
        self.data: Any = None
        self.feed(text)
        self.close()
        self.faults += [f"<{name}> is left open" for name in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> has an attribute twice: {names}")
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("th", "td"):
            self.tables[-1][-1].append("")
        elif tag == "script":
            self.scripts.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts.append((self.open[-1], data))
            if self.open[-1] == "script":
                self.scripts[-1] += data
                if self.elements[-1][1].get("type") == "application/json":
                    self.data = json.loads(data)
            for tag in reversed(self.open):
                if tag in ("td", "th"):
                    self.tables[-1][-1][-1] += data
                    break

    @property
    def ids(self) -> list[str]:
        """Every `id`, in order."""
        return [found for _, attributes in self.elements if (found := attributes.get("id")) is not None]

    def values(self, *names: str) -> list[str]:
        """What attributes of these names say."""
        return [value or "" for _, attributes in self.elements for name, value in attributes.items() if name in names]

    def column(self, name: str) -> list[str | None]:
        """What the data of the table says in a column, row by row."""
        one = next(column for column in self.data["columns"] if column["name"] == name)
        return [None if at < 0 else one["texts"][at] for at in one["at"]]
