"""`expand`: the same network, its layers written out; expanding that changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archlens
from archlens.errors import SpecError
from archlens.layers import Layer
from archlens.layers.registry import TYPES
from tests.layers.cases import examples
from tests.report.conftest import OWN, ROOT
from tests.shipped import ALIKE, targets


def check(network, path):
    """Expand twice: one text, one analysis. Returns the text."""
    text = network.expand()
    path.write_text(text + "\n", encoding="utf-8")
    again = archlens.load(str(path))
    assert again.expand() == text

    before, after = network.analyze(), again.analyze()
    assert after.totals == before.totals
    assert [layer._replace(span=None) for layer in after.layers] == [layer._replace(span=None) for layer in before.layers]
    assert (after.title, after.inputs, after.outputs, after.meta) == (before.title, before.inputs, before.outputs, before.meta)
    assert after.misalignments == before.misalignments
    assert {(one.expected, one.ok) for one in after.expectations} == {(one.expected, one.ok) for one in before.expectations}
    assert again.graph.loss == network.graph.loss
    assert [allowed_at(again, node.path) for node in again.graph.nodes] == [
        allowed_at(network, node.path) for node in network.graph.nodes
    ]
    return text


def allowed_at(network, path):
    """The rules that may be broken at a layer."""
    return {one.rule for one in network.graph.allowed if one.layers is None or path in one.layers}


@pytest.mark.parametrize(
    "name", [*(pytest.param(name, marks=pytest.mark.slow) if name in ALIKE else name for name in archlens.shipped()), *OWN]
)
def test_every_variant_expands_to_itself(name, tmp_path):
    for target in targets(OWN.get(name, name)):
        text = check(archlens.load(target), tmp_path / "expanded.yaml")
        for word in ("blocks:", "params:", "variants:", "repeat:", "for:", "when:", "extends:", "$"):
            assert word not in text.partition("layers:")[2].partition("expect:")[0]


# ---- random networks: every layer keeps 4×9×9, so that any tensor can be joined with any other ----

WORDS = st.sampled_from(
    ["a", "b", "head", "名前", "null", "1e5", "3", "3x3", "true", "x.y", "two words", "-", "a:b", "#", "'", "é/ü", "in,out", "~"]
)
KEEPING = [
    "conv: 4 3x3 same",
    "conv: {out_channels: 4, kernel_size: [1, 3], padding: [0, 1], bias: false}",
    "depthwise_conv: 3x3 same",
    "batch_norm",
    "relu",
    "dropout: 0.3",
    "max_pool: 3x3 /1 padding=1",
    "Residual: 2",
    "Residual: {depth: 1, wide: true}",
    "upsample: size=9",
]
HEADER = """archlens: 1
name: {name}
inputs: {{one: 4x9x9, "other one": 4x9x9}}
params: {{k: 3}}
blocks:
  Residual(depth, wide=false):
    - add:
        main:
          - conv: {{out_channels: 4, kernel_size: [k, k], padding: same}}
            repeat: depth
          - {{conv: 4 1x1, when: wide, as: inside}}
        "1x1 skip": []
    - relu
layers:
"""


@st.composite
def specs(draw):
    """The text of a network of a few lines: names, forks, joins, loops, shared weights, frozen parts, several outputs."""
    lines, tensors, shareable = [], ["one", '"other one"'], []
    for number in range(draw(st.integers(1, 7))):
        kind = draw(st.sampled_from(["plain", "plain", "plain", "join", "fork", "for", "shared"]))
        line = {"join": f"add: [prev, {draw(st.sampled_from(tensors))}]", "plain": draw(st.sampled_from(KEEPING))}.get(kind)
        rest = []
        if kind == "fork":
            line = "multiply"
            rest = [f"    {label}: [{{{draw(st.sampled_from(KEEPING[:2]))}}}]" for label in ("left", '"1x1"')]
        elif kind == "for":
            line = "for: {c: [4, 4], size: [1, 3]}"
            rest = ["  name: turn$index", "  do:", "    - conv: 4 size same"]
        elif kind == "shared":
            line = "conv: 4 3x3 same"
        bare = ":" not in line
        text = [f"  - {line}{':' if bare else ''}", *("  " + one for one in rest)]
        if kind in ("plain", "join", "shared"):
            text += [f"    from: {draw(st.sampled_from(tensors))}"] if kind == "plain" and draw(st.booleans()) else []
            name = draw(st.none() | WORDS)
            if name is not None:
                text.append(f'    name: "{name}{number}"')
            if kind == "shared" and shareable:
                text.append(f"    weights: {draw(st.sampled_from(shareable))}")
            elif name is not None and line == "conv: 4 3x3 same":
                shareable.append(f'"{name}{number}"')
            if draw(st.booleans()):
                tensors.append(f'"{draw(WORDS)} {number}"')
                text.append(f"    as: {tensors[-1]}")
        lines += text
    tail = []
    if draw(st.booleans()):
        tail.append("outputs: [" + ", ".join(draw(st.lists(st.sampled_from(tensors), min_size=1, unique=True))) + "]")
    if draw(st.booleans()):
        tail.append(draw(st.sampled_from(['freeze: ["*"]', 'freeze: ["*", "!*relu*"]', 'freeze: "*conv*"'])))
    if draw(st.booleans()):
        tail.append(
            f"expect: {{params: {{max: 100, min: 10}}, macs: 4.1k, tensors: {{{draw(st.sampled_from(tensors))}: 4x9x9}}}}"
        )
    return HEADER.format(name=draw(WORDS.map(lambda word: f'"{word}"'))) + "\n".join([*lines, *tail]) + "\n"


def test_random_networks_expand_to_themselves(tmp_path):
    seen, refused = [], []

    @examples(150)
    @given(specs())
    def agree(text):
        path = tmp_path / "random.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            network = archlens.load(str(path))
            network.analyze()
        except SpecError as error:
            refused.append({one.code for one in error.diagnostics})
            return
        check(network, tmp_path / "expanded.yaml")
        seen.append(text)

    agree()
    assert all(codes == {"ARC134"} for codes in refused), "only a pattern that matches nothing is refused"
    assert len(seen) > 4 * len(refused)


# ---- one thing at a time ----


def expanded(text, tmp_path, **options):
    path = tmp_path / "a.yaml"
    path.write_text("archlens: 1\nname: A\n" + text, encoding="utf-8")
    return check(archlens.load(str(path), **options), tmp_path / "expanded.yaml")


def test_every_default_is_spelled_out(tmp_path):
    text = expanded("input: 3x8x8\nlayers:\n  - conv: 4 3x3\n  - relu\n", tmp_path)
    assert text == (
        "archlens: 1\n"
        "name: A\n"
        "input: 3x8x8\n"
        "layers:\n"
        "  - conv: {out_channels: 4, kernel_size: [3, 3], stride: 1, padding: 0, dilation: 1, groups: 1, bias: true, "
        "padding_mode: zeros}\n"
        "    name: conv\n"
        "  - relu: {inplace: false}\n"
        "    name: relu"
    )


def test_options_of_the_call_are_in_it(tmp_path):
    text = expanded("input: 3x8x8\nparams: {k: 3}\nlayers: [conv: 4 k same]\n", tmp_path, params={"k": 5}, input="1x9x7")
    assert "input: 1x9x7" in text
    assert "kernel_size: 5" in text


def test_names_that_yaml_reads_otherwise_are_quoted(tmp_path):
    text = expanded(
        'input: 8\nlayers:\n  - {linear: 4, name: "null"}\n  - {linear: 4, name: "1e5"}\n  - {linear: 4, name: "a: b"}\n',
        tmp_path,
    )
    assert [line.strip() for line in text.splitlines() if "name" in line][1:] == ['name: "null"', 'name: "1e5"', 'name: "a: b"']


def test_a_tensor_of_two_names_keeps_what_is_expected_of_it(tmp_path):
    layers = "  - for: {n: [4]}\n    do: [{linear: n, as: inner}]\n    as: outer\n"
    text = expanded(f"input: 8\nlayers:\n{layers}expect: {{tensors: {{inner: 4, outer: 4}}}}\n", tmp_path)
    assert text.count("    as:") == 1


def test_a_layer_and_a_tensor_may_have_one_name(tmp_path):
    fork = "  - add:\n      main: [relu]\n      shortcut: []\n"
    text = expanded(
        f"input: 8\nlayers:\n  - {{linear: 8, as: head}}\n  - {{tanh: , name: head}}\n{fork}  - add: [prev, head]\n", tmp_path
    )
    assert "[prev, head_]" in text
    assert "[prev, head]" in text


@pytest.fixture
def halves():
    """A layer type of two outputs."""

    class Halves(Layer):
        """Two halves of a vector."""

        type_name = "halves"

        def output_shapes(self, x):
            return ((x[0], x[1] // 2),) * 2

    yield
    del TYPES.defined["halves"]


@pytest.mark.usefixtures("halves")
def test_a_later_output_of_a_layer_is_named_with_those_before(tmp_path):
    blocks = (
        "blocks:\n  Gate:\n    - {halves: , as: [value, gate]}\n    - {sigmoid: , from: gate}\n    - multiply: [prev, value]\n"
    )
    text = expanded(f"input: 8\n{blocks}layers: [Gate, linear: 8, {{halves: , as: [a, b]}}, {{relu: , from: b}}]\n", tmp_path)
    assert "as: [Gate/halves.0, Gate/halves.1]" in text
    assert "as: [a, b]" in text


def test_meta_of_any_form_is_kept(tmp_path):
    meta = 'meta:\n  year: 2015\n  a: [1, 2.5, true, null, "x: y"]\n  b: {c: {d: "#"}, e: "two\\nlines"}\n  "odd key": 1e-5\n'
    text = expanded(meta + "input: 8\nlayers: [linear: 4]\n", tmp_path)
    assert 'a: [1, 2.5, true, null, "x: y"]' in text


def test_shared_weights_and_frozen_parts_are_kept(tmp_path):
    text = expanded((ROOT / OWN["twins"]).read_text(encoding="utf-8").partition("name: Twins\n")[2], tmp_path)
    assert text.count("weights:") == 3, "of layers that have weights"
    assert 'freeze: ["left"]' in text
