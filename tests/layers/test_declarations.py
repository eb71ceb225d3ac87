"""What every layer type declares about itself: documentation, names, defaults."""

from __future__ import annotations

import functools
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

import archlens.layers
from archlens.layers import Layer, layer_types
from archlens.layers.foreign import ARGUMENTS, LAYERS
from tests.layers.cases import BUILT_IN
from tests.layers.vision import torchvision

TYPES = [pytest.param(layer_types()[name], id=name) for name in BUILT_IN]

# Defaults that differ from torch's, and why.
OWN_DEFAULTS = {
    ("softmax", "dim"): "torch guesses the axis, and warns",
    ("log_softmax", "dim"): "torch guesses the axis, and warns",
    ("softmin", "dim"): "torch guesses the axis, and warns",
    ("pad", "value"): "torch says None for the same",
    ("split", "dim"): "torch begins with the batch",
    ("upsample", "align_corners"): "torch says None for the same",
}


@pytest.mark.parametrize("layer", TYPES)
def test_every_field_has_a_line_in_the_docstring(layer: type[Layer]) -> None:
    last = (inspect.getdoc(layer) or "").split("\n\n")[-1] if layer.fields else ""
    assert [line.partition(": ")[0] for line in last.splitlines()] == list(layer.field_names)
    assert all(line.endswith(".") for line in last.splitlines())
    first, *rest = (inspect.getdoc(layer) or "").split("\n")
    assert first.endswith(".")
    assert not rest or not rest[0]


@pytest.mark.parametrize("layer", TYPES)
def test_names(layer: type[Layer]) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", layer.type_name)
    assert layer.family
    assert layer.torch_name
    assert layer.reference or not layer.formulas
    assert layer.__name__ in dir(archlens.layers)


def test_the_table_of_families_is_what_the_files_define() -> None:
    """`archlens/layers/__init__.py` names every type and its file, so that a spec imports those it names."""
    defined: dict[str, dict[str, str]] = {}
    for path in sorted(Path(archlens.layers.__file__).parent.glob("*.py")):
        module = importlib.import_module(f"archlens.layers.{path.stem}") if path.stem != "__init__" else archlens.layers
        for thing in vars(module).values():
            own = isinstance(thing, type) and issubclass(thing, Layer) and thing.__module__ == module.__name__
            if own and thing.__dict__.get("type_name"):
                defined.setdefault(path.stem, {})[thing.type_name] = thing.__name__
    assert defined == archlens.layers._FAMILIES
    assert all(getattr(archlens.layers, name).__name__ == name for name in dir(archlens.layers) if name[0].isupper())


def test_a_spec_imports_the_families_it_names() -> None:
    program = "import archlens, sys; archlens.load('alexnet').analyze(); print('archlens.layers.attention' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "False"


@pytest.mark.parametrize("layer", TYPES)
def test_defaults_are_torchs(layer: type[Layer]) -> None:
    path = layer.torch_name.format(rank=2).removeprefix("torch.").split(".")
    target: Any = torch
    if path[0] == "torchvision":
        target, path = torchvision(), path[1:]
        if target is None:
            pytest.skip("torchvision is not installed")
    target = functools.reduce(getattr, path, target)
    try:
        theirs = inspect.signature(target).parameters
    except ValueError:  # a function written in C++ has no signature
        return
    differing = {
        field.name
        for field in layer.fields
        if field.name in theirs
        and not field.required
        and theirs[field.name].default is not inspect.Parameter.empty
        and not _same(theirs[field.name].default, field.default)
    }
    assert differing == {name for type_name, name in OWN_DEFAULTS if type_name == layer.type_name}


def _same(a: Any, b: Any) -> bool:
    return bool(a == b) and (a is None) == (b is None)


def test_foreign_names_lead_to_types_and_fields() -> None:
    fields = {field for layer in layer_types().values() for field in layer.field_names}
    assert {*LAYERS.values()} <= {*layer_types()}
    assert {*ARGUMENTS.values()} <= fields
    assert not {*LAYERS} & {*layer_types()}, "a foreign name must not hide one of ours"
