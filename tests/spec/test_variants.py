"""Variants, parameters and sizes from outside, and `extends`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

import archlens
from archlens.errors import SpecError
from tests.graph.spelling import analysis, faults, graph, layers

FAMILY = """\
archlens: 1
name: Family
meta: {year: 2020, top1: 1.5}
input: [3, size, size]
params: {classes: 10, size: 32}
variants:
  small:
    width: 8
    meta: {top1: 70.5}
    expect: {params: 314, macs: 221k}
  large:
    width: 16
    size: 64
    expect: {params: 618}
  frozen:
    width: 8
    input: 1x16x16
    freeze: [stem]
    expect: {trainable_params: 90}
layers:
  - conv: width 3x3 same
    name: stem
    as: features
  - global_avg_pool
  - linear: classes
    name: head
expect:
  output: 10
  params: {max: 1M}
  depth: 2
"""


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., archlens.Network]:
    """`load(text, ...)`: the network of a net.yaml beside family.yaml, or of another target."""
    monkeypatch.chdir(tmp_path)
    Path("family.yaml").write_text(FAMILY, encoding="utf-8")

    def of(text: str = "", target: str = "net.yaml", **options: object) -> archlens.Network:
        if text:
            Path("net.yaml").write_text("archlens: 1\n" + dedent(text), encoding="utf-8")
        return archlens.load(target, **options)  # type: ignore[arg-type]

    return of


def expected(net: archlens.Network) -> list[str]:
    """What a network is held to, which must be true of it; the family's own budget apart."""
    found = net.analyze()
    assert [o.diagnostic.message for o in found.expectations if o.diagnostic] == []
    held = sorted(f"{o.key} {o.expected}" for o in found.expectations)
    held.remove("params max 1M")
    return held


def test_the_first_variant_is_the_default(load: Callable[..., archlens.Network]) -> None:
    net = load(target="family.yaml")
    assert (net.spec.variant, net.spec.name) == ("small", "Family")
    assert expected(net) == ["depth 2", "macs 221k", "output 10", "params 314"]
    assert net.spec.meta == {"year": 2020, "top1": 70.5}


def test_a_variant_sets_parameters_sizes_and_what_is_frozen(load: Callable[..., archlens.Network]) -> None:
    large = load(target="family.yaml:large")
    assert large.graph.nodes[0].output_shapes == ((1, 16, 64, 64),)
    assert expected(large) == ["depth 2", "output 10", "params 618"]
    frozen = load(target="family.yaml:frozen")
    assert frozen.graph.shapes[0] == (1, 1, 16, 16)
    assert [node.trainable for node in frozen.graph.nodes] == [False, True, True]
    assert expected(frozen) == ["depth 2", "output 10", "trainable_params 90"]


@pytest.mark.usefixtures("load")
def test_all_variants() -> None:
    assert [n.spec.variant for n in archlens.load_all("family.yaml:all")] == ["small", "large", "frozen"]


def test_an_empty_variant() -> None:
    text = layers("- conv: width 1x1", "input: 3x8x8\nparams: {width: 4}\nvariants:\n  plain:\n  wide: {width: 8}")
    assert graph(text).nodes[0].output_shapes[0][1] == 4
    assert graph(text, "wide").nodes[0].output_shapes[0][1] == 8


def test_a_variant_may_compute() -> None:
    text = layers("- conv: width 1x1", "input: 3x8x8\nparams: {base: 4}\nvariants:\n  a: {width: 2*base}\n  b: {width: 3*base}")
    assert graph(text, "b").nodes[0].output_shapes[0][1] == 12
    assert graph(text, "b", base="5").nodes[0].output_shapes[0][1] == 15


def test_parameters_from_outside(load: Callable[..., archlens.Network]) -> None:
    net = load(target="family.yaml", params={"width": 4, "classes": "2*width"})
    assert net.graph.nodes[-1].output_shapes == ((1, 8),)
    assert expected(net) == []  # figures are of another network, the budget stands
    assert net.analyze().notes == ("expected figures are not checked: -p changes the network",)


@pytest.mark.parametrize(
    ("value", "kernel"),
    [("[3, 5]", (3, 5)), ([3, 5], (3, 5)), ("3x5", (3, 5)), (3, 3), (3.0, 3), ("n", 7), (" 2 + 1 ", 3), ("$n", 7)],
)
def test_values_from_outside_are_spelled_as_in_a_spec(
    value: object, kernel: object, load: Callable[..., archlens.Network]
) -> None:
    text = "input: 3x32x32\nparams: {k: 1, n: 7, bias: true}\nlayers:\n  - conv: 4 k bias=bias\n"
    net = load(text, params={"k": value, "bias": False})
    assert (net.graph.nodes[0].layer.kernel_size, net.graph.nodes[0].layer.bias) == (kernel, False)


def test_sizes_from_outside(load: Callable[..., archlens.Network]) -> None:
    net = load(target="family.yaml", input="3x48x40")
    assert net.graph.shapes[0] == (1, 3, 48, 40)
    assert expected(net) == []
    two = load("inputs: {a: 3x8x8, b: 3x8x8}\nlayers:\n  - add: [a, b]\n", input={"a": "3x1x1"})
    assert two.graph.shapes[:2] == ((1, 3, 1, 1), (1, 3, 8, 8))
    with pytest.raises(archlens.UsageError, match="has 2 inputs; name the one you mean: a=3x1x1"):
        load("inputs: {a: 3x8x8, b: 3x8x8}\nlayers:\n  - add: [a, b]\n", input="3x1x1")


def test_figures_are_for_one_sample(load: Callable[..., archlens.Network]) -> None:
    net = load(target="family.yaml", batch=4)
    assert net.analyze().totals.macs == 4 * analysis(FAMILY).totals.macs
    assert expected(net) == []


# ---- extends ----


def test_two_lines_are_a_network(load: Callable[..., archlens.Network]) -> None:
    assert load("extends: family").analyze().totals == load(target="family.yaml").analyze().totals
    net = load("extends: ./family.yaml:large")
    assert (net.spec.name, net.spec.variant) == ("Family", "large")
    assert expected(net) == ["depth 2", "output 10", "params 618"]
    assert load("extends: resnet18").analyze().totals.params == 11_689_512
    assert load("extends: resnet:resnet18").analyze().totals.params == 11_689_512


def test_words_about_a_network_are_merged_and_taken_out(load: Callable[..., archlens.Network]) -> None:
    net = load("extends: family:small\nname: Mine\nmeta: {top1: null, paper: none yet}")
    assert net.spec.meta == {"year": 2020, "paper": "none yet"}


def test_variants_are_inherited(load: Callable[..., archlens.Network]) -> None:
    load("extends: family\nname: Mine")
    net = archlens.load("net.yaml:large")
    assert (net.spec.name, expected(net)[-1]) == ("Mine", "params 618")


ALL = ["depth 2", "macs 221k", "output 10", "params 314"]
CHANGES = {
    "parameters": ("params: {classes: 3}", []),
    "another size": ("input: 3x20x20", []),
    "a line": ("layers: {head: [linear: 5]}", []),
    "a block": ("blocks: {A: [relu]}", []),
    "variants": ("variants: {a: {width: 3}}", []),
    "the outputs": ("outputs: [features]", ["macs 221k", "params 314"]),
    "what is frozen": ("freeze: [stem]", ALL),
    "words about it": ("name: Mine\nmeta: {year: 2021}", ALL),
    "an expectation": ("expect: {params: {min: 300}, macs: 221264}", ALL),
    "all at once": ("params: {classes: 3}\nexpect: {output: 3}", ["output 3"]),
}


@pytest.mark.parametrize("name", CHANGES)
def test_figures_are_inherited_while_they_can_hold(name: str, load: Callable[..., archlens.Network]) -> None:
    lines, wanted = CHANGES[name]
    net = load(f"extends: family:small\n{lines}")
    if name == "an expectation":  # a budget takes the place of a budget
        assert [o.expected for o in net.analyze().expectations if o.key == "params"] == ["314", "min 300"]
        return
    assert expected(net) == wanted
    notes = net.analyze().notes
    assert ("expected" in notes[0]) if len(wanted) < 4 else not notes


def test_frozen_figures_are_dropped_alone(load: Callable[..., archlens.Network]) -> None:
    net = load("extends: family:frozen\nfreeze: []")
    assert expected(net) == ["depth 2", "output 10"]
    assert net.analyze().notes == ("expected trainable_params is not checked: stated by family.yaml for its own `freeze`",)
    assert all(node.trainable for node in net.graph.nodes)


def test_lines_are_replaced_by_name(load: Callable[..., archlens.Network]) -> None:
    text = """
    extends: family
    blocks:
      Stem(w):
        - conv: w 5x5 same
        - relu
    layers:
      stem: [Stem: width]
      head: {linear: classes bias=false}
    outputs: [features]
    """
    net = load(text)
    assert [n.path for n in net.graph.nodes] == ["stem/conv", "stem/relu", "global_avg_pool", "head"]
    assert net.graph.outputs == {"features": 2}  # the line keeps its `as:` too
    removed = load("extends: family\nlayers: {head: []}")
    assert [n.path for n in removed.graph.nodes] == ["stem", "global_avg_pool"]
    renamed = load("extends: family\nlayers: {head: [{linear: 3, name: top, as: out}]}")
    assert [n.path for n in renamed.graph.nodes][-1] == "top"


def test_a_list_replaces_all_lines(load: Callable[..., archlens.Network]) -> None:
    net = load("extends: family\nlayers:\n  - conv: 2*width 1x1\n")
    assert [n.output_shapes[0][1] for n in net.graph.nodes] == [16]


def test_a_block_is_replaced_by_name(load: Callable[..., archlens.Network]) -> None:
    net = load("extends: resnet18\nblocks:\n  Basic(width, stride=1):\n    - ConvBn: width 3x3 /stride\n    - relu\n")
    assert net.analyze().totals.weight_layers == 1 + 8 + 1


def test_parameters_see_those_of_the_base(load: Callable[..., archlens.Network]) -> None:
    for base in ("family", "family:small"):
        net = load(f"extends: {base}\nparams: {{width: 2*classes}}")
        assert net.graph.nodes[0].output_shapes[0][1] == 20


STATED = {  # what a spec says that extends the family → what must then be true of it, whatever the variant
    "a parameter that variants set": ("params: {width: 3}", lambda net: net.graph.nodes[0].layer.out_channels == 3),
    "a parameter that one variant sets": (
        "params: {size: 20}",
        lambda net: net.graph.shapes[0][-1] in (20, 16),
    ),  # `frozen` says 16
    "another size": ("input: 3x20x20", lambda net: net.graph.shapes[0] == (1, 3, 20, 20)),
    "the outputs": ("outputs: [features]", lambda net: [*net.graph.outputs] == ["features"]),
    "what is frozen": ("freeze: [head]", lambda net: [n.trainable for n in net.graph.nodes] == [True, True, False]),
    "nothing is": ("freeze: []", lambda net: all(n.trainable for n in net.graph.nodes)),
    "a word about it": ("meta: {top1: 60}", lambda net: net.spec.meta == {"year": 2020, "top1": 60}),
    "a word taken out": ("meta: {top1: null}", lambda net: net.spec.meta == {"year": 2020}),
    "an expected figure": (
        "expect: {params: 7}",
        lambda net: [o.expected for o in net.analyze().expectations if o.key == "params"] == ["max 1M", "7"],
    ),
}


@pytest.mark.parametrize("variant", ["", ":small", ":large", ":frozen"])
@pytest.mark.parametrize("name", STATED)
def test_what_a_spec_states_wins_over_every_variant_it_inherits(
    name: str, variant: str, load: Callable[..., archlens.Network]
) -> None:
    lines, holds = STATED[name]
    load(f"extends: family\n{lines}")
    assert holds(archlens.load(f"net.yaml{variant}"))
    assert holds(load(f"extends: family{variant}\n{lines}"))
    Path("net.yaml").rename("between.yaml")
    assert holds(load("extends: between"))  # and so on along the chain


def test_variants_of_its_own_win_over_what_a_spec_states(load: Callable[..., archlens.Network]) -> None:
    net = load("extends: family\nparams: {width: 3}\nvariants: {a: {width: 5}}")
    assert net.graph.nodes[0].output_shapes[0][1] == 5


def test_parameters_that_only_others_read_may_be_new(load: Callable[..., archlens.Network]) -> None:
    base = "archlens: 1\ninput: 3x8x8\nparams: {widths: [4]}\nlayers:\n  - for: {w: widths}\n    do: [conv: w 1x1]\n"
    own = "archlens: 1\nextends: ./family.yaml\nparams: {base: 8, widths: [base, 2*base]}\n"
    Path("family.yaml").write_text(base, encoding="utf-8")
    Path("own.yaml").write_text(own, encoding="utf-8")
    assert archlens.load("own.yaml").graph.shapes[-1][1] == 16
    Path("own.yaml").write_text(own.replace("widths:", "width:"), encoding="utf-8")
    with pytest.raises(SpecError, match=r"no parameter `width`(.|\n)*did you mean `widths`"):
        archlens.load("own.yaml")


def test_a_chain(load: Callable[..., archlens.Network]) -> None:
    Path("one.yaml").write_text("archlens: 1\nextends: family:small\nparams: {classes: 4}\n", encoding="utf-8")
    Path("two.yml").write_text("archlens: 1\nextends: one\nlayers: {stem: [conv: 6 1x1]}\n", encoding="utf-8")
    net = load("extends: two\nfreeze: [head]")
    assert [n.output_shapes[0][1] for n in net.graph.nodes] == [6, 6, 4]
    assert [n.trainable for n in net.graph.nodes] == [True, True, False]


def test_files_are_looked_for_beside_the_spec(load: Callable[..., archlens.Network]) -> None:
    Path("sub").mkdir()
    Path("sub/net.yaml").write_text("archlens: 1\nextends: ../family\n", encoding="utf-8")
    Path("sub/lenet5.yaml").write_text("archlens: 1\ninput: 3x8x8\nlayers: [relu]\n", encoding="utf-8")
    Path("sub/mine.yaml").write_text("archlens: 1\nextends: lenet5\n", encoding="utf-8")
    with pytest.raises(SpecError, match="no file"):
        archlens.load("sub/net.yaml")
    Path("sub/net.yaml").write_text("archlens: 1\nextends: ../family.yaml\n", encoding="utf-8")
    assert archlens.load("sub/net.yaml").analyze().totals.params == 314
    assert len(archlens.load("sub/mine.yaml").graph.nodes) == 1  # the file beside it, not the shipped one


def test_faults_of_the_base_come_with_the_own(load: Callable[..., archlens.Network]) -> None:
    Path("bad.yaml").write_text("archlens: 1\ninput: 3x8x8\nlayers:\n  - rleu\n", encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        load("extends: bad\nfreze: [a]")
    assert [(d.code, d.span and d.span.source.name) for d in caught.value.diagnostics] == [
        ("ARC101", "bad.yaml"),
        ("ARC103", "net.yaml"),
    ]


def test_all_faults_of_a_spec_are_told_with_those_of_building() -> None:
    found = faults(layers("- conv: 8 3x3 groups=2\n- relu", "input: 3x8x8\nparams: {for: 1}") + "freze: [a]\n")
    assert [d.code for d in found] == ["ARC103", "ARC201", "ARC103"]
