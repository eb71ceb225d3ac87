"""The pages of `reports/`: the subject, from the first question to the last layer, every figure computed.

One file a page (or a kind of page); each has the text of its page as a function of nothing but the shipped specs, so that
every machine writes the same bytes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, chdir, nullcontext
from functools import partial
from importlib import import_module
from typing import TypeAlias

from archlens.spec.load import shipped

__all__ = ["MARK", "PAGES", "mark_of", "pages", "pictures"]

MARK = "<!-- written by `archlens reports` -->\n"
"""How every page in Markdown begins."""

PAGES = {
    "README.md": "contents",
    "lineage.md": "lineage",
    "concepts.md": "concepts",
    "lab.md": "lab",
    "interview.md": "interview",
    "architectures.md": "architectures",
    "errata.md": "errata",
    "claims.md": "claims",
}
"""Files of the folder, and the modules here that write them. Beside them there is `networks/NAME.md` for every shipped spec."""


def mark_of(path: str) -> str:
    """How a file of the folder begins that we have written."""
    from archlens.report.picture.svg import SVG_MARK
    from archlens.report.site.frame import MARK as PAGE_MARK

    return {".svg": SVG_MARK, ".html": PAGE_MARK}.get(os.path.splitext(path)[1], MARK)


Shown: TypeAlias = "Callable[[str], AbstractContextManager[object]]"
Writers: TypeAlias = "Mapping[str, Callable[[], str]]"


def pages(shown: Shown = nullcontext) -> dict[str, str]:
    """Path in the folder → text, in Markdown. shown: what each is written within, e.g. to tell a person of it."""
    from archlens.chapter.reports import networks

    writers: Writers = {
        **{path: import_module(f"archlens.chapter.reports.{module}").page for path, module in PAGES.items()},
        **{f"networks/{name}.md": partial(networks.page, name) for name in shipped()},
    }
    return {path: f"{MARK}{_settled(text)}\n" for path, text in _written(writers, shown).items()}


def pictures(shown: Shown = nullcontext) -> dict[str, str]:
    """As `pages`, for every shipped spec its diagram and its page for a browser. Raises as `run_graphviz` does."""
    from archlens.chapter.reports.drawings import browsed, drawn

    kinds = {"svg": drawn, "html": browsed}
    writers = {f"networks/{name}.{kind}": partial(write, name) for name in shipped() for kind, write in kinds.items()}
    return _written(writers, shown)


def _written(writers: Writers, shown: Shown) -> dict[str, str]:
    home = os.path.dirname(os.path.dirname(next(iter(shipped().values()))))
    found = {}
    with chdir(home):  # files are called by their way from the working folder: `specs/resnet.yaml`, wherever they lie
        for path, write in writers.items():
            with shown(f"writing {path}"):
                found[path] = write()
    return found


def _settled(text: str) -> str:
    """Plain blanks; one blank line, never two."""
    return re.sub(r"\n{3,}", "\n\n", text.replace("\u00a0", " "))
