"""The pages of `reports/`: they hold everything, every link leads somewhere, and they are written like any file of ours."""

import re
from pathlib import Path

import pytest

import archlens
from archlens.chapter.cards import cards
from archlens.chapter.claims import CLAIMS
from archlens.chapter.concepts import CONCEPTS
from archlens.chapter.errata import ERRATA
from archlens.chapter.reports import MARK, PAGES, mark_of, pages
from archlens.chapter.reports.shelf import anchor

LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")
CODE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def written():
    return pages()


def test_there_is_a_page_for_everything(written):
    assert {*written} == {*PAGES, *(f"networks/{name}.md" for name in archlens.shipped())}
    for text in written.values():
        assert text.startswith(f"{MARK}# ")
        assert text.endswith("\n")
        assert "\n\n\n" not in CODE.sub("code", text)


def test_a_heading_stands_between_blank_lines(written):
    for path, text in written.items():
        lines = CODE.sub("code", text).removeprefix(MARK).split("\n")
        for before, line, after in zip(lines, lines[1:], lines[2:], strict=False):
            if line.startswith("#"):
                assert before == after == "", f"{path}: {line}"


def test_a_list_is_not_taken_for_the_one_before_it(written):
    """Markdown joins them across a blank line where their marks are the same."""
    for path, text in written.items():
        assert not re.search(r"^([-*]) .*\n\n\1 ", CODE.sub("code", text), re.MULTILINE), path


def test_every_link_leads_somewhere(written):
    anchors = {
        path: {anchor(line.lstrip("# ")) for line in text.split("\n") if line.startswith("#")} for path, text in written.items()
    }
    drawn = {f"networks/{name}.{kind}" for name in archlens.shipped() for kind in ("svg", "html")}
    count, met = 0, set()
    for path, text in written.items():
        for target, part in LINK.findall(CODE.sub("", text)):
            if "://" in target:
                continue
            found = str(Path(path).parent / target) if target else path
            assert found in written or found in drawn, f"{path} links to {target}"
            met.add(found)
            assert not part or part in anchors[found], f"{path} links to {target}#{part}"
            count += 1
    assert count > 300
    assert drawn <= met


def test_nothing_is_left_out(written):
    for number, claim in enumerate(CLAIMS, 1):
        assert claim.number == number
        assert re.search(rf"^\| +{number} \|", written["claims.md"], re.MULTILINE)
    for one in ERRATA:
        assert f"\n### {one.name}. {one.title}\n" in written["errata.md"]
    for title in CONCEPTS.values():
        assert f"\n## {title}\n" in written["concepts.md"]
    assert written["interview.md"].count("\n### ") == len(cards())
    for name in archlens.shipped():
        assert f"networks/{name}.md)" in "".join(text for path, text in written.items() if "/" not in path) or any(
            f"]({name}.md)" in text for text in written.values()
        ), f"nothing links to {name}"


def test_figures_of_a_page_are_the_networks(written):
    for name in ("vgg16", "resnet50", "yolov3", "unet", "mobilenet_v1"):
        totals = archlens.load(name).analyze().totals
        assert f"params **{totals.params:,}**" in written[f"networks/{name}.md"]
        assert f"MACs **{totals.macs:,}**" in written[f"networks/{name}.md"]


@pytest.mark.parametrize("up", [None, pytest.param(2, marks=pytest.mark.slow)])
def test_they_are_the_same_wherever_they_are_written(up, written, tmp_path, monkeypatch):
    """up: how many folders above the specs; None for a folder apart."""
    from archlens.chapter.reports import shelf

    monkeypatch.chdir(tmp_path if up is None else Path(archlens.shipped()["vgg16"]).parents[up])
    shelf.family.cache_clear()
    shelf.families.cache_clear()
    try:
        assert pages() == written
    finally:
        shelf.family.cache_clear()
        shelf.families.cache_clear()


@pytest.mark.parametrize("up", [0, None])
def test_pictures_are_the_same_wherever_they_are_drawn(up, tmp_path, monkeypatch):
    """As `pages` above, for networks whose spec extends another's and whose sources are many."""
    names = {name: archlens.shipped()[name] for name in ("resnet50_finetune", "unet", "lenet5")}
    expected = pictures_of(names, monkeypatch)
    monkeypatch.chdir(tmp_path if up is None else Path(names["unet"]).parents[up])
    assert pictures_of(names, monkeypatch) == expected
    assert all(text.startswith(mark_of(path)) for path, text in expected.items())
    assert len(expected) == 6


def pictures_of(names, monkeypatch):
    """The diagrams and pages of these networks alone, read anew."""
    from archlens.chapter import reports
    from archlens.chapter.reports import shelf

    shelf.family.cache_clear()
    monkeypatch.setattr(reports, "shipped", lambda: names)
    try:
        return reports.pictures()
    finally:
        shelf.family.cache_clear()
