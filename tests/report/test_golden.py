"""Whole reports, compared with the files in golden/; figures in them are summed again by the other tests.

`ARCHLENS_UPDATE=1 python -m pytest tests/report/test_golden.py` writes them anew: read the difference before you keep it.
"""

import os
from pathlib import Path

import pytest

from archlens.report.columns import choose
from archlens.report.csv import csv_heading, csv_rows
from archlens.report.json import analysis_json, render_json
from archlens.report.markdown import render_markdown
from archlens.report.terminal import render_conventions, render_table
from archlens.report.view import View

GOLDEN = Path(__file__).parent / "golden"


def compare(name, text):
    """`text` against the file of that name."""
    path = GOLDEN / name
    if os.environ.get("ARCHLENS_UPDATE"):
        path.write_text(text + "\n", encoding="utf-8")
    assert text + "\n" == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("name", ["lenet5", "resnet18", "twins", "signal"])
def test_table(name, width, analysis_of):
    analysis = analysis_of(name)
    compare(f"{name}-{width}.txt", render_table(analysis, width) + "\n\n" + render_conventions(analysis.uncounted, width))


def test_narrow_table(analysis_of):
    compare("names-44.txt", render_table(analysis_of("names"), 44))


def test_chosen_columns(analysis_of):
    columns = choose("path,inputs,parameters,trainable,weights of,receptive-field,jump,start,RF padding,strict rf,line")
    compare("twins-columns.txt", render_table(analysis_of("twins"), 200, View(columns)))


@pytest.mark.parametrize("name", ["names", "twins"])
def test_markdown(name, analysis_of):
    compare(f"{name}.md", render_markdown(analysis_of(name)))


@pytest.mark.parametrize("name", ["names", "twins"])
def test_csv(name, analysis_of):
    compare(f"{name}.csv", (csv_heading() + csv_rows(analysis_of(name))).rstrip("\n"))


def test_json(analysis_of):
    compare("twins.json", render_json([analysis_json(analysis_of("twins"))], several=False))
