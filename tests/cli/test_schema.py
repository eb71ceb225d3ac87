"""`archlens schema`: what an editor checks. Every spec we ship and every expansion passes; a slip of the pen does not."""

import copy
import json

import jsonschema
import pytest
import yaml

import archlens
from archlens.layers import layer_types
from archlens.spec.arguments import MODIFIERS
from archlens.spec.expectations import FIGURES
from archlens.spec.parse import KEYS
from archlens.spec.schema import json_schema
from tests.shipped import ALIKE

SCHEMA = json_schema()
CHECKER = jsonschema.Draft202012Validator(SCHEMA)
SOUND = {
    "archlens": 1,
    "name": "Sound",
    "meta": {"year": 2020},
    "input": "3x32x32",
    "params": {"width": 8, "sizes": [1, 2]},
    "variants": {"small": {"width": 4, "expect": {"params": "1k"}}, "large": None},
    "blocks": {
        "Block(width, stride=1)": [
            {
                "add": {
                    "main": [{"conv": "width 3x3 /stride same"}],
                    "shortcut": [{"conv": "width 1x1 /stride", "when": "stride != 1"}],
                }
            },
            "relu",
        ]
    },
    "layers": [
        {"conv": {"out_channels": "4*width", "kernel_size": [3, 3], "padding": "same"}, "name": "stem", "as": "stem"},
        {
            "for": {"w": "sizes", "s": [1, 2]},
            "name": "stage$index",
            "do": [{"Block": "8 /s", "repeat": 2}, {"$block": {"width": "w"}}],
        },
        "Block",
        "$kind",
        {"concat": ["prev", "stem"], "dim": 1, "as": "both"},
        {"upsample": {"size": 8, "mode": "nearest"}, "from": "stem"},
        {"dropout": 0.5},
        {"flatten": None},
        {"linear": 10, "weights": "stem", "name": "head"},
    ],
    "outputs": {"main": "both"},
    "freeze": ["*", "!head"],
    "expect": {"params": {"max": "30M"}, "output": 10, "receptive_field": "7x7", "tensors": {"both": "64x32x32"}},
}


def messages(document):
    return [error.message for error in CHECKER.iter_errors(document)]


def read(text):
    """YAML as an editor hands it to the schema: keys are text."""

    def plain(value):
        if isinstance(value, dict):
            return {str(key): plain(item) for key, item in value.items()}
        return list(map(plain, value)) if isinstance(value, list) else value

    return plain(yaml.safe_load(text))


def test_the_command_prints_it(run):
    done = run("schema")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out) == json.loads(json.dumps(SCHEMA))


def test_it_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("name", archlens.shipped())
def test_what_we_ship_passes(name):
    with open(archlens.shipped()[name], encoding="utf-8") as file:
        assert messages(read(file.read())) == []
    if name not in ALIKE:
        assert messages(read(archlens.load(name).expand())) == []


def test_a_spec_with_everything_passes():
    assert messages(SOUND) == []


def changed(path, value, drop=None):
    """SOUND with `value` at `path`, and the key `drop` beside it gone."""
    document = copy.deepcopy(SOUND)
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    if drop is not None:
        del inner[drop]
    return document


SLIPS = {
    "a layer": changed(["layers", 0], {"cnv": "8 3x3"}),
    "a bare layer": changed(["layers", 2], "rellu"),
    "a layer in a block": changed(["blocks", "Block(width, stride=1)", 1], {"reluu": None}),
    "a layer in a branch": changed(["blocks", "Block(width, stride=1)", 0, "add", "main", 0], {"Conv2D?": "8"}),
    "a layer in a loop": changed(["layers", 1, "do", 0], {"convv": "8"}),
    "an argument": changed(["layers", 0, "conv", "kernal_size"], 3, drop="kernel_size"),
    "an argument of the shorthand": changed(["layers", 0, "conv"], "8 3x3 strid=2"),
    "a missing argument": changed(["layers", 0, "conv"], {"kernel_size": 3}),
    "no arguments at all": changed(["layers", 0, "conv"], None),
    "a word of a choice": changed(["layers", 5, "upsample", "mode"], "nearrest"),
    "a modifier": changed(["layers", 0, "nmae"], "stem"),
    "an argument of a join": changed(["layers", 4, "dimm"], 1),
    "a key": changed(["expects"], {"params": 1}),
    "another key": changed(["layer"], [], drop="layers"),
    "a figure": changed(["expect", "parms"], 1),
    "a bound": changed(["expect", "params"], {"maximum": "30M"}),
    "a figure of a variant": changed(["variants", "small", "expect"], {"mac": 1}),
    "the version": changed(["archlens"], 2),
    "no version": changed(["name"], "x", drop="archlens"),
    "a block in small letters": changed(["blocks", "block(width)"], []),
    "a list for a mapping": changed(["params"], ["width"]),
    "a mapping for a list": changed(["freeze"], {"head": True}),
    "an empty size": changed(["input"], []),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_of_the_pen_does_not_pass(slip):
    assert messages(SLIPS[slip])


@pytest.mark.parametrize(
    "text", ["8 3x3", "8 3x3 /2 same bias=false", "width (k if a==b else 3) stride=2", "4*width 3 groups=2", 8]
)
def test_shorthand_passes(text):
    assert messages(changed(["layers", 0, "conv"], text)) == []


def statement():
    return next(form for form in SCHEMA["$defs"]["statement"]["anyOf"] if form.get("type") == "object")


@pytest.mark.parametrize("name", layer_types())
def test_every_layer_and_field_is_described(name):
    kind = layer_types()[name]
    schema = statement()["properties"][name]
    assert schema["description"].splitlines()[0] == kind.documentation()[0]
    if kind.joins:
        properties = {field: statement()["properties"][field] for field in kind.field_names}
    else:
        (mapping,) = [form for form in schema["anyOf"] if form.get("type") == "object"]
        properties = mapping["properties"]
        assert mapping.get("required", []) == [field.name for field in kind.fields if field.required]
    assert list(properties) == list(kind.field_names)
    for field in kind.fields:
        described = properties[field.name]
        assert described["description"], f"{name}.{field.name} says nothing"
        assert field.required or json.dumps(described["default"]) == json.dumps(field.default)


def test_it_knows_every_word_of_the_language():
    assert set(SCHEMA["properties"]) == set(KEYS)
    assert {*MODIFIERS, "for"} <= set(statement()["properties"])
    assert set(SCHEMA["$defs"]["expect"]["properties"]) == {*FIGURES, "output", "tensors"}
    for name, schema in SCHEMA["properties"].items():
        assert schema.get("description") or "$ref" in schema, name
