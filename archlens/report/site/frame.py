"""The frame of a page: its head, style and scripts, and the rule that lets it ask nothing of the network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from archlens.report.picture.svg import recoloured, theme_variables
from archlens.report.site.markup import html_text

__all__ = ["COPIED", "MARK", "page"]

MARK = "<!DOCTYPE html>\n<!-- archlens report -->\n"
"""How every page begins: by this a page is known for one that may be written over."""

_BEGINNING = """\
document.documentElement.classList.add("js");
try{const t=localStorage.getItem("archlens-theme");
if(t==="light"||t==="dark")document.documentElement.dataset.theme=t}catch(e){}"""
"""What runs before anything is drawn."""

COPIED = """\
<dialog id="copied" aria-label="Text to copy"><p>Copy this text:</p>\
<textarea readonly rows="12" aria-label="Text to copy"></textarea>\
<form method="dialog"><button>Close</button></form></dialog>"""
"""Where a text stands that could not be copied."""

_SCRIPTS = ("table.js", "links.js", "diagram.js", "page.js")


def page(title: str, header: str, parts: Sequence[tuple[str, str, str]], data: str) -> str:
    """The whole document.

    header: what stands under the heading. parts: sections, the name of each in addresses, its heading, its HTML; one of them
    has a table that is called `sheet`. data: for scripts.
    """
    script = _script()
    sections = "".join([_section(*part) for part in parts])
    links = "".join([f'<a href="#{name}">{heading}</a>' for name, heading, _ in parts])
    return (
        f'{MARK}<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(script)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{html_text(title)}</title>\n<style>\n{_style()}</style>\n<script>{_BEGINNING}</script>\n</head>\n<body>\n"
        f'<a class="skip" href="#sheet">Skip to the table</a>\n'
        f'<header class="top">\n<div class="bar"><nav aria-label="Parts of the page">{links}</nav>'
        '<button type="button" id="theme" class="js-only">Theme: auto</button></div>\n'
        f"<h1>{html_text(title)}</h1>\n{header}\n</header>\n<main>\n{sections}</main>\n"
        '<p id="said" class="unseen" role="status" aria-live="polite"></p>\n'
        f"{data}\n<script>{script}</script>\n</body>\n</html>\n"
    )


def _section(name: str, heading: str, content: str) -> str:
    return f'<section id="{name}" aria-labelledby="{name}-head">\n<h2 id="{name}-head">{heading}</h2>\n{content}\n</section>\n'


def _policy(script: str) -> str:
    """Nothing from anywhere; of scripts these two, of styles those that stand in the page."""
    hashes = " ".join(
        [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in (_BEGINNING, script)]
    )
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {hashes}; img-src data:; base-uri 'none'; form-action 'none'"
    )


@cache
def _read(name: str) -> str:
    """A file beside this one, without its indentation and the lines that only explain it."""
    lines = [line.strip() for line in (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()]
    return "".join([f"{line}\n" for line in lines if line and not line.startswith("// ")])


@cache
def _script() -> str:
    return "\n" + "".join(map(_read, _SCRIPTS))


@cache
def _style() -> str:
    """Colours are light unless a reader on a screen prefers dark or chose it; paper is always light."""
    light, dark = theme_variables("light"), theme_variables("dark")
    return (
        f":root{{color-scheme:light;{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}\n"
        f"{recoloured('svg ')}\n{_read('page.css')}"
    )
