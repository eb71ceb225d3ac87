"""Pictures written from the command line: what is ours is written again, what is not stays."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archlens.cli.files import picture_format, write_picture
from archlens.errors import UsageError
from archlens.report.picture.raster import raster
from archlens.report.picture.scene import Rect, Scene
from archlens.report.picture.svg import svg

SCENE = Scene(40, 30, (Rect(5, 5, 10, 10, "accent"),), "a square")
MADE = {
    "svg": lambda: svg(SCENE).encode(),
    "png": lambda: raster(SCENE, "png"),
    "pdf": lambda: raster(SCENE, "pdf"),
    "dot": lambda: b"digraph {\n}\n",
}
ANOTHERS = {
    "svg": b'<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>\n',
    "png": bytes.fromhex("89504e470d0a1a0a 0000000d49484452 00000001000000010000000000 000ead10 0000000049454e44ae426082"),
    "pdf": b"%PDF-1.7\n1 0 obj\n%%EOF\n",
    "dot": b"graph G {\n}\n",
}


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG file, their checksums checked: https://www.w3.org/TR/png-3/#5Chunk-layout."""
    at = 8
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + size]
        assert struct.unpack(">I", png[at + 8 + size : at + 12 + size]) == (zlib.crc32(kind + body),)
        yield kind, body
        at += 12 + size


@pytest.mark.parametrize("form", MADE)
def test_a_picture_is_written_twice(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"picture.{form}"
    write_picture(str(path), MADE[form]())
    first = path.read_bytes()
    write_picture(str(path), MADE[form]())
    assert len(path.read_bytes()) == len(first)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("form", MADE)
def test_another_picture_stays_unless_forced(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"picture.{form}"
    path.write_bytes(ANOTHERS[form])
    with pytest.raises(UsageError, match="was not written by this command"):
        write_picture(str(path), MADE[form]())
    assert path.read_bytes() == ANOTHERS[form]
    write_picture(str(path), MADE[form](), force=True)
    assert path.read_bytes() != ANOTHERS[form]


@pytest.mark.parametrize("there", [b"", b"\n", b"my thesis", ANOTHERS["png"]], ids=["empty", "a line", "text", "a png"])
@pytest.mark.parametrize("form", ["svg", "pdf"])
def test_other_files_stay(form: str, there: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"picture.{form}"
    path.write_bytes(there)
    with pytest.raises(UsageError):
        write_picture(str(path), MADE[form]())
    assert path.read_bytes() == there


def test_signed_pictures_are_whole(tmp_path: Path) -> None:
    for form in ("svg", "png", "pdf"):
        write_picture(str(tmp_path / form), MADE[form]())
    kinds = list(chunks((tmp_path / "png").read_bytes()))
    assert [kind for kind, _ in (kinds[0], kinds[-1])] == [b"IHDR", b"IEND"]
    assert kinds[1] == (b"tEXt", b"Software\0archlens")
    assert ElementTree.parse(tmp_path / "svg").getroot().tag.endswith("svg")
    assert b"%%EOF" in (tmp_path / "pdf").read_bytes()[-1024:]  # where readers look for it


@pytest.mark.parametrize(("path", "form"), [("a.svg", "svg"), ("b/c.PNG", "png"), ("a.svg.pdf", "pdf")])
def test_the_ending_says_the_format(path: str, form: str) -> None:
    assert picture_format(path, ("svg", "png", "pdf")) == form


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("a.svgg", "`.svgg` is no format; did you mean `svg`?"),
        ("a.jpg", "`.jpg` is no format; did you mean `png`?"),
        ("a.xyz", "`.xyz` is no format; known here: pdf, png, svg"),
        ("picture", "the ending says which format, and there is none; known here: pdf, png, svg"),
        ("svg/", "the ending says which format, and there is none; known here: pdf, png, svg"),
        (".svg", "the ending says which format, and there is none; known here: pdf, png, svg"),
    ],
)
def test_other_endings_are_refused(path: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        picture_format(path, ("svg", "png", "pdf"))
    assert said in str(caught.value)
