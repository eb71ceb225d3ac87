"""What a network is folded to, worked by hand on small ones."""

import pytest

import archlens
from archlens.errors import UsageError
from archlens.report.diagram.fold import diagram
from tests.diagram.properties import BASIC, arrows, check, shown

# ---- layers that share a box ----


def test_norm_and_activation_go_into_the_box_before_them(drawn):
    found = drawn("""
        - conv: 8 3x3 /2 padding=1
        - batch_norm
        - relu
        - max_pool: 2x2
        - flatten
        - linear: 10
        - relu
        - dropout
    """)
    assert shown(found) == [
        ("input", 1),
        ("conv 8 3×3 /2 · batch_norm · relu", 1),
        ("max_pool 2×2 /2", 1),
        ("flatten", 1),
        ("linear 10 · relu · dropout", 1),
        ("output", 1),
    ]
    first = found.boxes[1]
    assert (first.params, first.macs, first.shape) == (8 * 28 + 16, 16 * 16 * 8 * 27, (1, 8, 16, 16))
    assert (first.kind, first.family, first.receptive_field, first.layers) == ("layer", "convolution", (3, 3), (0, 1, 2))
    assert first.activation_bytes == 3 * 4 * 8 * 16 * 16
    assert found.boxes[4].receptive_field == ()  # the whole map


def test_a_join_takes_an_activation_but_no_norm(drawn):
    found = drawn("""
        - conv: 4 1x1
          as: a
        - add: [a, prev]
        - relu
        - add: [a, prev]
        - batch_norm
    """)
    assert shown(found)[2:5] == [("add · relu", 1), ("add", 1), ("batch_norm", 1)]
    assert [box.kind for box in found.boxes] == ["input", "layer", "join", "join", "layer", "output"]


def test_what_another_layer_reads_ends_a_box(drawn):
    found = drawn("""
        - conv: 4 1x1
          as: tap
        - relu
        - add: [prev, tap]
    """)
    assert shown(found)[1:4] == [("conv 4 1×1", 1), ("relu", 1), ("add", 1)]
    assert arrows(found) == ["input>conv 4 1×1!", "conv 4 1×1>relu!", "~conv 4 1×1>add", "relu>add", "add>output"]


def test_an_output_of_the_network_ends_a_box(drawn):
    found = drawn("- conv: 4 1x1\n  as: raw\n- relu:\n  as: positive", outputs="[raw, positive]")
    assert shown(found) == [("input", 1), ("conv 4 1×1", 1), ("relu", 1), ("raw", 1), ("positive", 1)]
    assert arrows(found) == ["input>conv 4 1×1!", "conv 4 1×1>relu!", "conv 4 1×1>raw", "relu>positive"]


def test_a_name_that_nobody_reads_does_not_end_a_box(drawn):
    assert shown(drawn("- conv: 4 1x1\n  as: raw\n- relu"))[1] == ("conv 4 1×1 · relu", 1)


def test_layers_that_only_move_data_share_a_box(drawn):
    found = drawn("- permute: [0, 2, 3, 1]\n- reshape: [-1, 3]\n- linear: 2")
    assert shown(found)[1:3] == [("permute [0,2,3,1] · reshape", 1), ("linear 2", 1)]


def test_a_block_of_one_box_is_no_border(drawn):
    blocks = "ConvBn(out):\n  - conv: out 3x3\n  - batch_norm"
    for level in ("layer", "block", "stage"):
        found = drawn("- ConvBn: 8\n  name: stem\n- relu", level, blocks=blocks)
        assert shown(found)[1] == ("conv 8 3×3 · batch_norm · relu", 1)
        assert (found.boxes[1].kind, found.boxes[1].path, found.clusters) == ("layer", "stem/conv", ())


def test_an_opened_block_is_a_border(drawn):
    blocks = "Pair:\n  - conv: 8 3x3\n  - conv: 4 3x3"
    found = drawn("- Pair\n- relu", blocks=blocks)
    assert shown(found)[1:4] == [("conv 8 3×3", 1), ("conv 4 3×3", 1), ("relu", 1)]
    assert [(frame.path, frame.label, frame.times, frame.parent) for frame in found.clusters] == [("Pair", "Pair", 1, -1)]
    assert [box.cluster for box in found.boxes] == [-1, 0, 0, -1, -1]


def test_a_join_reads_several_inputs(drawn):
    found = drawn("- add: [left, right]", input="{left: 4x8x8, right: 4x8x8, unread: 5}")
    assert arrows(found) == ["left>add!", "right>add!", "add>output"]
    assert [box.title for box in found.boxes if box.kind == "input"] == ["left", "right", "unread"]


def test_titles_say_what_a_window_reads(drawn):
    found = drawn("- conv: 8 3x3 groups=4 same dilation=2 bias=false\n- avg_pool: 2x3", input="8x12x12")
    assert [box.title for box in found.boxes[1:3]] == ["conv 8 3×3 dilation=2 groups=4", "avg_pool 2×3 /2×3"]


# ---- frames and levels ----


def test_titles_say_what_changes_a_layer_and_nothing_twice(drawn):
    recurrent = "- gru: 3 bidirectional=true num_layers=2\n- multihead_attention: 2 is_causal=true"
    found = drawn(f"- channel_shuffle: 2\n- tokens\n{recurrent}", input="4x8x8")
    titles = [box.title for box in found.boxes[1:-1]]
    assert titles == ["channel_shuffle 2", "gru 3 num_layers=2 bidirectional", "multihead_attention 2 is_causal"]


def test_at_most_two_frames_inside_one_another(drawn):
    blocks = "In:\n  - conv: 4 3x3\n  - max_pool: 2x2 /1\nMid:\n  - In\n  - conv: 2 1x1\n  - avg_pool: 2x2 /1\n"
    found = drawn("- for: {n: [1]}\n  name: stage$index\n  do: [Mid, {conv: 3 1x1}]\n- tanh", blocks=blocks)
    assert [(frame.path, frame.parent) for frame in found.clusters] == [("stage1", -1), ("stage1/Mid", 0)]


def test_a_frame_that_repeats_goes_before_one_that_does_not(drawn):
    blocks = "In:\n  - conv: 3 3x3 same\n  - max_pool: 3x3 /1 padding=1\nMid:\n  - In\n  - In\n  - conv: 2 1x1\n"
    found = drawn("- for: {n: [1]}\n  name: stage$index\n  do: [Mid, {conv: 3 1x1}]\n- tanh", blocks=blocks)
    assert [(frame.path, frame.times, frame.parent) for frame in found.clusters] == [("stage1", 1, -1), ("stage1/Mid/In1", 2, 0)]


def test_a_level_by_itself_shows_no_more_than_forty_boxes(net):
    blocks = "Pair(n):\n  - conv: n 1x1\n  - max_pool: 1x1\n"
    small = net("\n".join(f"- Pair: {n}" for n in range(1, 20)), blocks=blocks)
    assert (diagram(small.graph, small.analyze()).level, len(diagram(small.graph, small.analyze()).boxes)) == ("layer", 40)
    large = net("\n".join(f"- Pair: {n}" for n in range(1, 21)), blocks=blocks)
    assert (diagram(large.graph, large.analyze()).level, len(diagram(large.graph, large.analyze()).boxes)) == ("block", 22)
    huge = net("\n".join(f"- Pair: {n}" for n in range(1, 60)), blocks=blocks)
    assert (diagram(huge.graph, huge.analyze()).level, len(diagram(huge.graph, huge.analyze()).boxes)) == ("stage", 61)


STAGED = "- for: {n: [1, 2]}\n  name: stage$index\n  do: [{Basic: 4}, {max_pool: 2x2}]\n- flatten"


def test_levels(drawn):
    def titles(level):
        return [box.title for box in drawn(STAGED, level, blocks=BASIC, input="4x8x8").boxes[1:-1]]

    assert titles("stage") == ["stage1", "stage2", "flatten"]
    assert titles("block") == ["Basic 4", "max_pool 2×2 /2", "Basic 4", "max_pool 2×2 /2", "flatten"]
    assert titles("layer") == [*["conv 4 3×3", "conv 4 3×3", "add", "max_pool 2×2 /2"] * 2, "flatten"]
    stage = drawn(STAGED, "stage", blocks=BASIC, input="4x8x8").boxes[1]
    assert (stage.kind, stage.path, stage.folded, stage.shape) == ("block", "stage1", ("Basic",), (1, 4, 4, 4))


def test_what_is_unfolded_is_open_and_what_is_folded_closed(drawn):
    keys = {"blocks": BASIC, "input": "4x8x8"}
    one = drawn(STAGED, "stage", unfold=["stage1/Basic"], **keys)
    assert [box.title for box in one.boxes[1:-1]] == ["conv 4 3×3", "conv 4 3×3", "add", "max_pool 2×2 /2", "stage2", "flatten"]
    assert [frame.label for frame in one.clusters] == ["stage1", "Basic 4"]
    stages = drawn(STAGED, "stage", unfold=["stage?"], **keys)
    assert [box.title for box in stages.boxes[1:-1]] == [*["Basic 4", "max_pool 2×2 /2"] * 2, "flatten"]
    both = drawn(STAGED, "layer", fold=["stage2"], unfold=["*"], **keys)
    assert [box.title for box in both.boxes[5:-1]] == ["stage2", "flatten"]
    branch = drawn(STAGED, "layer", fold=["*/main"], **keys)
    assert [box.title for box in branch.boxes[1:4]] == ["main", "add", "max_pool 2×2 /2"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"level": "blok"}, "no level is called `blok`; did you mean `block`?"),
        ({"level": "7"}, "no level is called `7`; there are layer, block, stage"),
        ({"fold": ["stag1"]}, "did you mean `stage1`?"),
        ({"unfold": ["Botleneck2"]}, "did you mean `stage1/Bottleneck2`?"),
        ({"unfold": ["zzz*"]}, "there are stem, stage1, stage1/Bottleneck1"),
        ({"fold": ["head"]}, "no stage or block that `head` matches"),
    ],
)
def test_what_there_is_not_is_told(options, said):
    network = archlens.load("resnet50")
    with pytest.raises(UsageError) as error:
        diagram(network.graph, network.analyze(), **options)
    assert said in str(error.value)


def test_a_network_without_scopes_has_nothing_to_fold(net):
    network = net("- relu")
    with pytest.raises(UsageError, match="it has none at all"):
        diagram(network.graph, network.analyze(), fold=["*"])


TURNS = """
- conv: 2 1x1
  name: a/one
- conv: 3 1x1
  name: a/two
- conv: 2 1x1
  name: b/one
  from: {b_reads}
- conv: 3 1x1
  name: b/two
  as: b
- conv: 5 1x1
  name: a/three
  from: {a_reads}
- add: [b, {end}]
"""


def test_a_scope_that_runs_in_two_pieces_is_two_boxes(drawn):
    """b reads from a, and a from b: as wholes they would be a circle."""
    layers = TURNS.format(b_reads="prev", a_reads="b", end="b")
    found = drawn(layers, "stage", input="4x8x8")
    assert [(box.title, box.layers) for box in found.boxes[1:5]] == [
        ("a", (0, 1)),
        ("b", (2, 3)),
        ("conv 5 1×1", (4,)),
        ("add", (5,)),
    ]


def test_a_scope_that_runs_in_two_pieces_is_one_box_where_it_can_be(drawn):
    layers = TURNS.format(b_reads="input", a_reads="input", end="b")
    found = drawn(layers, "stage", input="4x8x8")
    assert [(box.title, box.layers) for box in found.boxes[1:4]] == [("a", (0, 1, 4)), ("b", (2, 3)), ("add", (5,))]


def test_a_plain_list_of_layers_is_folded_by_its_names(net, tmp_path):
    """`archlens expand` makes names of paths; what was a block is then known by name alone."""
    whole = archlens.load("resnet18")
    plain = archlens.load_text(whole.expand())
    for level in ("layer", "block", "stage"):
        one, other = (diagram(network.graph, network.analyze(), level) for network in (whole, plain))
        assert [(box.layers, box.times, box.path) for box in one.boxes] == [
            (box.layers, box.times, box.path) for box in other.boxes
        ]
        assert one.edges == other.edges
        check(other, plain.graph, plain.analyze())


# ---- hostile words ----


def test_titles_of_blocks_are_short_and_printable(drawn):
    blocks = (
        "Wide(a, b, c, d, e):\n  - conv: a 1x1\n  - conv: b 1x1\n" + "Long" + "g" * 60 + ":\n  - conv: 2 1x1\n  - conv: 3 1x1\n"
    )
    found = drawn("- Wide: 1 2 3 4 5\n- Wide: 1 2 3 4 6\n  name: own\n- Long" + "g" * 60, "block", blocks=blocks)
    assert [box.title for box in found.boxes[1:3]] == ["Wide", "Wide own"]
    assert len(found.boxes[3].title) == 40
