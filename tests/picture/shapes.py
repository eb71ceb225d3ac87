"""What is in a scene, found again."""

from __future__ import annotations

from collections.abc import Iterator

from archlens.report.picture.letters import words_width
from archlens.report.picture.scene import Curve, Group, Item, Scene, Text

__all__ = ["groups", "height_of", "only", "overlaps", "shapes", "texts"]


def shapes(items: tuple[Item, ...]) -> Iterator[Item]:
    """All that is drawn, groups opened."""
    for item in items:
        if isinstance(item, Group):
            yield from shapes(item.items)
        else:
            yield item


def groups(items: tuple[Item, ...], name: str) -> list[Group]:
    """The groups of that name, in order, at any depth."""
    found = []
    for item in items:
        if isinstance(item, Group):
            found += [item] if item.name == name else groups(item.items, name)
    return found


def texts(scene: Scene) -> list[Text]:
    """All words."""
    return [item for item in shapes(scene.items) if isinstance(item, Text)]


def only(scene: Scene, words: str) -> Text:
    """The one line of these words."""
    (found,) = [text for text in texts(scene) if text.text == words]
    return found


def height_of(scene: Scene, words: str) -> float:
    """Of the line across at the number of these words."""
    baseline = only(scene, words).y
    lines = [item for item in shapes(scene.items) if isinstance(item, Curve) and len(item.points) == 2]
    across = {line.points[0][1] for line in lines if line.points[0][1] == line.points[1][1]}
    (found,) = [y for y in across if 0 < baseline - y < 8]
    return found


def overlaps(scene: Scene) -> list[tuple[str, str]]:
    """The pairs of lines that lie on each other: the height of a line is taken as 0.7 of its size, over its baseline."""
    spans = []
    for text in texts(scene):
        wide = words_width(text.text, text.size, text.bold)
        left = text.x - {"start": 0.0, "middle": wide / 2, "end": wide}[text.anchor]
        spans.append((text.text, left, left + wide, text.y - 0.7 * text.size, text.y))
    return [
        (a[0], b[0])
        for place, a in enumerate(spans)
        for b in spans[place + 1 :]
        if a[1] < b[2] and b[1] < a[2] and a[3] < b[4] and b[3] < a[4]
    ]
