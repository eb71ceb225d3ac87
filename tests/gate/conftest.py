"""Folders with specs of every kind."""

import pytest

BIASED = "archlens: 1\ninput: 3x8x8\nlayers:\n  - conv: 4 3x3\n  - batch_norm\n"
SOUND = "archlens: 1\ninput: 3x8x8\nlayers:\n  - conv: 4 3x3 bias=false\n  - batch_norm\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def write(here):
    """`write("a/b.yaml", text)`: a file, with the folders around it."""

    def file(path, text=SOUND):
        found = here / path
        found.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            found.write_bytes(text)
        else:
            found.write_text(text, encoding="utf-8", newline="")
        return found

    return file
