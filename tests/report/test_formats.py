"""CSV, Markdown and JSON say the same of a network, each in a form that its reader takes."""

import csv
import io
import json

import jsonschema
import pytest

import archlens
from archlens.errors import SpecError
from archlens.report.columns import COLUMNS, choose
from archlens.report.csv import csv_heading, csv_rows
from archlens.report.json import analysis_json, faults_json, render_json
from archlens.report.markdown import escaped, prose, render_markdown
from archlens.report.view import View

NAMES = ["lenet5", "mlp", "resnet18", "googlenet_2014_training", "twins", "signal", "names"]
COUNT = {"type": "integer", "minimum": 0}
TEXT = {"type": "string"}
SHAPE = {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 2}
PER_AXIS = {"anyOf": [{"type": "null"}, {"type": "array", "items": {"type": "number"}, "minItems": 1}]}
SPAN = {
    "anyOf": [
        {"type": "null"},
        {
            "type": "object",
            "required": ["file", "line", "column", "end_column"],
            "properties": {"file": TEXT, "line": {"minimum": 1}, "column": {"minimum": 1}, "end_column": {"minimum": 2}},
        },
    ]
}
TOTALS = ("params", "trainable_params", "buffers", "macs", "flops", "activations", "parameter_bytes", "peak_activation_bytes")


def record(**properties):
    """An object that has all of these; what is not named may be added later."""
    return {"type": "object", "required": list(properties), "properties": properties}


# The contract, written out by hand.
CONTRACT = record(
    schema={"const": 1},
    name=TEXT,
    spec=TEXT,
    variant={"type": ["string", "null"]},
    inputs={"type": "object", "additionalProperties": SHAPE, "minProperties": 1},
    outputs={"type": "object", "additionalProperties": SHAPE, "minProperties": 1},
    totals=record(**dict.fromkeys((*TOTALS, "depth", "weight_layers"), COUNT), receptive_field=PER_AXIS),
    layers={
        "type": "array",
        "items": record(
            path=TEXT,
            type=TEXT,
            arguments={"type": "object"},
            inputs={"type": "array", "items": TEXT, "minItems": 1},
            output_shape=SHAPE,
            params=COUNT,
            trainable={"type": "boolean"},
            macs=COUNT,
            flops=COUNT,
            receptive_field=PER_AXIS,
            jump=PER_AXIS,
            start=PER_AXIS,
            line={"type": ["integer", "null"]},
        ),
    },
    expectations={"type": "array", "items": record(key=TEXT, expected={}, actual={}, ok={"type": "boolean"})},
    diagnostics={
        "type": "array",
        "items": record(
            code={"type": "string", "pattern": "^ARC[0-9]{3}$"},
            severity={"enum": ["error", "warning", "note"]},
            message=TEXT,
            file={"type": ["string", "null"]},
            span=SPAN,
            related={"type": "array", "items": record(span=SPAN, message=TEXT)},
            help={"type": ["string", "null"]},
        ),
    },
)


def as_json(analysis):
    return json.loads(render_json([analysis_json(analysis)], several=False))


def as_csv(analysis, columns=None):
    return list(csv.DictReader(io.StringIO(csv_heading(columns) + csv_rows(analysis, columns))))


def as_markdown(text):
    """The heading and the rows of the pipe table in a Markdown text."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.replace("\\|", "\0").strip("|").split("|")] for line in lines]
    return rows[0], rows[2:]


def sizes(text):
    """`7x5` as numbers; None where a cell is empty."""
    return [float(size) for size in text.split("x")] if text else None


@pytest.mark.parametrize("name", NAMES)
def test_json_keeps_the_contract(name, analysis_of):
    found = as_json(analysis_of(name))
    jsonschema.Draft202012Validator(CONTRACT).validate(found)
    assert set(found["totals"]) >= set(CONTRACT["properties"]["totals"]["required"])


def test_the_contract_is_a_schema_and_can_fail(analysis_of):
    jsonschema.Draft202012Validator.check_schema(CONTRACT)
    found = as_json(analysis_of("lenet5"))
    del found["layers"][0]["macs"]
    assert [error.message for error in jsonschema.Draft202012Validator(CONTRACT).iter_errors(found)] == [
        "'macs' is a required property"
    ]


@pytest.mark.parametrize("name", NAMES)
def test_json_adds_up(name, analysis_of):
    found = as_json(analysis_of(name))
    layers, totals = found["layers"], found["totals"]
    for key in ("params", "buffers", "macs", "flops", "activations"):
        assert sum(layer[key] for layer in layers) == totals[key]
    assert sum(layer["params"] for layer in layers if layer["trainable"]) == totals["trainable_params"]
    known = set(found["inputs"])
    for layer in layers:
        assert set(layer["inputs"]) <= known, "a layer reads what was made before"
        known.add(layer["path"])


@pytest.mark.parametrize("name", NAMES)
def test_csv_agrees_with_json(name, analysis_of):
    analysis = analysis_of(name)
    rows, found = as_csv(analysis), as_json(analysis)
    assert len(rows) == len(found["layers"])
    for row, layer in zip(rows, found["layers"], strict=True):
        assert row["network"] == analysis.title
        assert row["path"].removeprefix("'") == layer["path"]
        assert row["type"] == layer["type"]
        assert row["operation"].startswith(layer["type"])
        assert row["trainable"] == str(layer["trainable"]).lower()
        assert row["shared_with"] == (layer["shared_with"] or "")
        assert row["inputs"].removeprefix("'").replace(", '", ", ") == ", ".join(layer["inputs"])
        assert row["parameters"] == ", ".join(
            f"{n} {'x'.join(map(str, shape))}" for n, shape in layer["parameter_shapes"].items()
        )
        for key in ("params", "buffers", "macs", "flops", "activations", "line"):
            assert int(row[key]) == layer[key]
        assert sizes(row["output"]) == layer["output_shape"][1:]
        for key in ("receptive_field", "strict_receptive_field", "jump", "start"):
            assert sizes(row[key].replace("x-", "x -").replace(" ", "")) == layer[key]
        assert sizes(row["padding"]) == (layer["start"] and [-start for start in layer["start"]])


@pytest.mark.parametrize("name", NAMES)
def test_markdown_agrees_with_json(name, analysis_of):
    analysis = analysis_of(name)
    text, found = render_markdown(analysis), as_json(analysis)
    heading, rows = as_markdown(text)
    assert heading == ["layer", "operation", "output", "params", "MACs", "RF"]
    for row, layer in zip(rows, found["layers"], strict=False):
        assert row[0].replace("\0", "\\|") == escaped(layer["path"])
        assert row[2] == "×".join(map(str, layer["output_shape"][1:]))
        assert [int(cell.replace(",", "") or 0) for cell in row[3:5]] == [layer["params"], layer["macs"]]
        if not layer["whole_map"] and layer["receptive_field"]:
            assert [int(size) for size in row[5].split("×")] in (layer["receptive_field"], layer["receptive_field"][:1])
    assert rows[-1][3] == f"**{found['totals']['params']:,}**"
    for key in ("params", "macs", "flops", "activations"):
        assert f"**{found['totals'][key]:,}**" in text


@pytest.mark.parametrize("name", ["lenet5", "twins"])
def test_every_format_names_its_conventions(name, analysis_of):
    analysis = analysis_of(name)
    assert "policy archlens" in render_markdown(analysis)
    assert "not counted: moving data" in render_markdown(analysis)
    assert {row["policy"] for row in as_csv(analysis, View(choose("path,flops")))} == {"archlens"}
    found = as_json(analysis)
    assert found["policy"] == "archlens"
    assert {"params", "macs", "flops", "receptive_field", "memory", "not counted"} <= set(found["conventions"])
    assert (
        found["uncounted"]
        == [layer["type"] for layer in found["layers"] if layer["type"] in ("flatten", "concat") and not layer["flops"]][-2:]
    )


def test_a_spreadsheet_runs_no_name(analysis_of):
    paths = [row["path"] for row in as_csv(analysis_of("names"))]
    assert "'=1+1" in paths
    assert not [path for path in paths if path[0] in "=+-@"]
    assert {row["start"] for row in as_csv(analysis_of("names"))} == {"-1x-1", "-2x-2", "-3x-3"}, "numbers stay numbers"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("batch_norm", "batch_norm"),
        ("_a_ b_", "\\_a\\_ b\\_"),
        ("a|b", "a\\|b"),
        ("<b>*x*`y`</b>", "\\<b\\>\\*x\\*\\`y\\`\\</b\\>"),
        ("[x](y) ~~z~~", "\\[x\\](y) \\~\\~z\\~\\~"),
        ("&amp; & $1", "\\&amp; & \\$1"),
        ("two\nlines", "two lines"),
    ],
)
def test_markdown_shows_names_as_they_are(text, expected):
    assert escaped(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`bias=False` and a_b", "`bias=False` and a_b"),
        ("`a*b` * c", "`a*b` \\* c"),
        ("`<b>` <b>", "`<b>` \\<b\\>"),
        ("`a|b` <b> `c`", "\\`a\\|b\\` \\<b\\> `c`"),  # a pipe ends a cell, in code too
        ("one ` alone", "one \\` alone"),
        ("`` <b>", "\\`\\` \\<b\\>"),
    ],
)
def test_what_stands_between_backquotes_stays_code(text, expected):
    assert prose(text) == expected


def test_json_of_faults_has_the_same_keys(analysis_of):
    with pytest.raises(SpecError) as caught:
        archlens.load("tests/report/networks/twins.yaml", params={}, input={"one": "1x2x2"}).analyze()
    found = json.loads(json.dumps(faults_json("a.yaml", caught.value.diagnostics)))
    assert set(found) >= set(CONTRACT["required"])
    assert found["spec"] == "a.yaml"
    assert [found[key] for key in ("name", "totals", "layers")] == [None, None, []]
    diagnostics = CONTRACT["properties"]["diagnostics"]
    jsonschema.Draft202012Validator(diagnostics).validate(found["diagnostics"])
    assert found["diagnostics"]


def test_json_is_ascii_and_one_line_a_layer(analysis_of):
    text = render_json([analysis_json(analysis_of("names"))] * 2, several=True)
    assert text.isascii()
    assert len(json.loads(text)) == 2
    assert sum(line.lstrip().startswith('{"path"') for line in text.splitlines()) == 2 * len(analysis_of("names").layers)


def test_every_column_has_a_name_a_heading_and_a_value(analysis_of):
    layer = analysis_of("twins").layers[0]
    for name, column in COLUMNS.items():
        groups = column.of == "group"
        assert choose(name, groups) == choose(column.heading.upper(), groups) == (column,)
        assert column.value(layer) is not None
        assert isinstance(column.text(layer), str)
