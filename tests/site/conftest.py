"""Pages, and a browser to read them in."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import archlens
from archlens.report.site.networks import networks_page

HOSTILE = """\
archlens: 1
name: '<script>alert(1)</script><!-- " '' & \u202e\u05d0\u05d1 \U0001f600'
meta: {paper: '</script><script>alert(2)</script>', key_idea: '<img src=x onerror=alert(3)>', year: 2020}
input: 3x8x8
layers:
  - conv: 4 3x3 # </script><script>alert(4)</script> `code`
    name: stem
  - relu
expect: {params: 1}
"""
COMPARED = ("vgg16", "resnet50", "mobilenet_v1", "lenet5")


@functools.cache
def network(name: str) -> archlens.Network:
    """A shipped network, or the one whose every word is an attack."""
    return archlens.load_text(HOSTILE, '"><script>alert(5)</script>.yaml') if name == "hostile" else archlens.load(name)


@functools.cache
def page_of(name: str) -> str:
    """The page of one network; of several for `compared`."""
    if name == "compared":
        return networks_page([(network(one).graph, network(one).analyze()) for one in COMPARED])
    return network(name).report()


_QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium. Where there is none tests are skipped, unless ARCHLENS_BROWSER=required: then they fail."""
    required = os.environ.get("ARCHLENS_BROWSER") == "required"
    found = _chromium()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        found, why = None, "Playwright is not installed"
    else:
        why = "Chromium is not installed"
    if found is None:
        (pytest.fail if required else pytest.skip)(f"{why}; ARCHLENS_BROWSER=required makes this a failure")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=[*_QUIET, *(["--no-sandbox"] if root else [])])
        yield running
        running.close()


class Shown(NamedTuple):
    """A page in a browser, and what it asked for and complained of."""

    page: Any
    asked: list[str]
    complaints: list[str]


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """`show("vgg16", color_scheme="dark")`: the page of a network in a fresh window of 1280 × 900; at the end nothing may have
    gone wrong, and nothing but the file itself been asked for."""
    opened: list[tuple[Any, Shown]] = []

    def open_page(name: str, *, address: str = "", **options: Any) -> Any:
        file = tmp_path / f"{name}.html"
        file.write_text(page_of(name), encoding="utf-8")
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        shown = Shown(context.new_page(), [], [])
        shown.page.on("request", lambda request: shown.asked.append(request.url))
        shown.page.on("pageerror", lambda error: shown.complaints.append(str(error)))
        shown.page.on("console", lambda message: shown.complaints.append(message.text))
        shown.page.on("dialog", lambda dialog: (shown.complaints.append(dialog.message), dialog.dismiss()))
        shown.page.goto(file.as_uri() + address)
        opened.append((context, shown))
        return shown.page

    yield open_page
    for context, shown in opened:
        context.close()
        assert shown.complaints == []
        assert [url for url in shown.asked if not url.startswith("file:")] == []
        assert len(shown.asked) >= 1
