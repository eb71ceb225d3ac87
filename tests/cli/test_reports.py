"""`archlens reports`: written, checked, and nothing of a person's own lost."""

import pytest

pytestmark = pytest.mark.usefixtures("pages_once")


def test_they_are_written_and_then_current(run, here):
    done = run("reports", "pages")
    assert (done.code, done.err) == (0, "")
    assert (here / "pages" / "networks" / "vgg16.md").is_file()
    done = run("reports", "pages", "--check")
    assert (done.code, done.err) == (0, "")
    assert "are as they should be" in done.out
    assert "0 of " in run("reports", "pages").out


def test_a_stale_page_is_named_and_mended(run, here):
    run("reports", "pages")
    page = here / "pages" / "lineage.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("138,357,544", "138,357,545"), encoding="utf-8")
    left = here / "pages" / "networks" / "gone.md"
    left.write_text(text, encoding="utf-8")
    done = run("reports", "pages", "--check")
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines() == [
        "pages/lineage.md is stale: run `archlens reports pages`",
        "pages/networks/gone.md is stale: run `archlens reports pages`",
    ]
    assert run("reports", "pages").code == 0
    assert page.read_text(encoding="utf-8") == text
    assert not left.exists()


def test_what_is_not_ours_stays(run, here):
    (here / "pages" / "networks").mkdir(parents=True)
    (here / "pages" / "README.md").write_text("mine\n")
    (here / "pages" / "networks" / "own.md").write_text("mine\n")
    done = run("reports", "pages")
    assert done.code == 2
    assert "README.md is there already and was not written by this command" in done.err
    assert (here / "pages" / "README.md").read_text() == "mine\n"
    assert run("reports", "pages", "--force").code == 0
    assert (here / "pages" / "networks" / "own.md").read_text() == "mine\n"


def test_a_folder_that_cannot_be(run, here):
    (here / "file").write_text("")
    done = run("reports", "file/pages")
    assert (done.code, done.out) == (2, "")
    assert "file/pages cannot be written: Not a directory" in done.err
