"""Numbers and sizes as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from archlens.layers.dims import Shape
from archlens.layers.dtypes import value_bytes

__all__ = [
    "bar",
    "bytes_text",
    "counted",
    "each",
    "grouped",
    "listed",
    "percent",
    "plain_number",
    "ranges",
    "ratio",
    "runs",
    "short",
    "size_text",
    "sizes_text",
    "value_bytes_text",
]

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_UNITS = ("", "k", "M", "G", "T", "P", "E", "Z", "Y")


def grouped(value: int) -> str:
    """`25,557,032`."""
    return f"{value:,}"


def short(value: int) -> str:
    """Four digits and a unit: `4.089G`, `118.0M`, `9,408` as it is."""
    if value < 10_000:
        return f"{value:,}"
    unit, scaled = 0, float(value)
    while scaled >= 999.95 and unit < len(_UNITS) - 1:
        scaled /= 1000
        unit += 1
    digits = 3 if scaled < 9.9995 else 2 if scaled < 99.995 else 1
    return f"{scaled:.{digits}f}{_UNITS[unit]}"


def bytes_text(value: int) -> str:
    """`102.2 MB`, by thousands, with a no-break blank."""
    if value < 1000:
        return f"{value}\u00a0B"
    scaled, unit = float(value), 0
    while scaled >= 999.95 and unit < len(_UNITS) - 1:
        scaled /= 1000
        unit += 1
    return f"{scaled:.1f}\u00a0{_UNITS[unit]}B"


def value_bytes_text(dtype: str) -> str:
    """What one value takes: `4 bytes`, `1 byte`."""
    each = value_bytes(dtype)
    return f"{each} byte{'' if each == 1 else 's'}"


def percent(part: int, whole: int) -> str:
    """`97.4 %`, with a no-break blank; `<0.1 %` and `>99.9 %` for what is not nothing and not all; empty for nothing."""
    if not part:
        return ""
    text = f"{100 * part / whole:.1f}"
    if part < whole and text in ("0.0", "100.0"):
        text = "<0.1" if text == "0.0" else ">99.9"
    return f"{text.removesuffix('.0') if part == whole else text}\u00a0%"


def bar(part: int, whole: int, width: int) -> str:
    """`part` of `whole` as blocks `width` characters wide at most, by eighths; what is not nothing shows."""
    eighths = max(1, round(8 * width * part / whole)) if part else 0
    full, rest = divmod(eighths, 8)
    return ("█" * full + _EIGHTHS[rest]).rstrip()


def ratio(value: float | None) -> str:
    """Three digits or more: `6.75`, `12.4`, `12,544`; empty for None and 0."""
    if not value:
        return ""
    if value < 0.01:
        return "<0.01"
    return f"{value:,.{2 if value < 9.995 else 1 if value < 99.95 else 0}f}"


def sizes_text(sizes: tuple[Any, ...], times: str = "×") -> str:
    """`64×112×112`."""
    return times.join(map(str, sizes))


def each(sizes: tuple[Any, ...]) -> str:
    """One value where all axes agree: `7`; else `7×5`."""
    return str(sizes[0]) if len(set(sizes)) == 1 else sizes_text(sizes)


def size_text(shape: Shape, times: str = "×") -> str:
    """A shape without its batch axis: `64×112×112`, `1000`."""
    return sizes_text(shape[1:], times) or "scalar"


def runs(values: Iterable[int]) -> list[tuple[int, int]]:
    """Stretches of neighbouring whole numbers, each by its first and last; values: in order.

    >>> runs([0, 1, 2, 3, 7])
    [(0, 3), (7, 7)]
    """
    found: list[tuple[int, int]] = []
    for value in values:
        if found and found[-1][1] == value - 1:
            found[-1] = found[-1][0], value
        else:
            found.append((value, value))
    return found


def ranges(values: Iterable[int]) -> str:
    """The same as text: `0-3 7`."""
    return " ".join([str(first) if first == last else f"{first}-{last}" for first, last in runs(values)])


def counted(count: int, what: str = "layer") -> str:
    """`1 layer`, `1,234 layers`."""
    return f"{grouped(count)} {what}{'' if count == 1 else 's'}"


def listed(names: Sequence[str], most: int) -> str:
    """`a, b and 3 more`, with at most so many names."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def plain_number(value: Any) -> Any:
    """An exact int, or a float for a jump between pixels."""
    return value if isinstance(value, int) else float(value)
