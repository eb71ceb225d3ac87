"""How wide words are, so that boxes fit them alike on every machine, whatever fonts it has."""

from __future__ import annotations

from functools import lru_cache

from archlens.errors import text_width

__all__ = ["FONTS", "fitted", "words_width"]

FONTS = "Helvetica, Arial, 'Liberation Sans', Arimo, 'DejaVu Sans', sans-serif"

# Thousandths of the font size, of Helvetica (Adobe Font Metrics; Arial and Liberation Sans have the same).
_WIDTHS: dict[str, int] = {}
for _width, _letters in {
    191: "'",
    222: "ijl",
    260: "|",
    278: " !,./:;I[\\]ft·",
    333: "()-`r",
    334: "{}",
    355: '"',
    389: "*",
    469: "^",
    500: "Jckvsxyz",
    556: "#$0123456789?L_abdeghnopqu–",
    584: "+<=>~×−",
    611: "FTZ",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1000: "…",
    1015: "@",
}.items():
    _WIDTHS |= dict.fromkeys(_letters, _width)

_CELL = 600  # of any other letter, for each cell that it takes in a terminal
_BOLD = 1.08
_ROOM = 1.04  # fonts that stand in for Helvetica are a little wider


@lru_cache(8192)
def words_width(text: str, size: float = 12, bold: bool = False) -> float:
    """Pixels that `text` takes at most, in the fonts that pictures name first."""
    thousandths = sum([_WIDTHS[sign] if sign in _WIDTHS else _CELL * text_width(sign) for sign in text])
    return round(thousandths * size / 1000 * (_BOLD if bold else 1) * _ROOM, 2)


def fitted(text: str, room: float, size: float = 12, bold: bool = False) -> str:
    """`text`, its end cut off with `…` where it is wider than `room`."""
    if words_width(text, size, bold) <= room:
        return text
    kept = text
    while kept and words_width(f"{kept}…", size, bold) > room:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"
