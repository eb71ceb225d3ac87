"""Equal steps in a row are drawn once; worked by hand."""

from tests.diagram.properties import BASIC, arrows, copies, shown


def test_equal_layers_in_a_row_are_one_box(drawn):
    found = drawn("- conv: 8 3x3 same\n" + "- conv: 8 3x3 same\n- relu\n" * 3 + "- conv: 8 3x3 same")
    assert shown(found)[1:4] == [("conv 8 3×3", 1), ("conv 8 3×3 · relu", 3), ("conv 8 3×3", 1)]
    box = found.boxes[2]
    assert (box.params, box.macs, box.layers) == (8 * 73, 32 * 32 * 8 * 72, (1, 2, 3, 4, 5, 6))
    assert box.receptive_field == (9, 9)  # of the last: 1 + 2·(1 + 3)
    assert arrows(found) == ["input>conv 8 3×3!", "conv 8 3×3>conv 8 3×3!", "conv 8 3×3>conv 8 3×3", "conv 8 3×3>output"]


def test_what_differs_is_no_copy(drawn):
    assert shown(drawn("- relu\n- tanh\n- relu\n- relu6"))[1:5] == [("relu", 1), ("tanh", 1), ("relu", 1), ("relu6", 1)]
    shapes = drawn("- conv: 3 3x3\n- conv: 3 3x3")  # equal but for the size of their maps
    assert [box.times for box in shapes.boxes] == [1, 1, 1, 1]


def test_frozen_layers_are_no_copies_of_others(drawn):
    found = drawn("- linear: 8\n- linear: 8\n- linear: 8\n- linear: 8", input="8", freeze="[linear1, linear2]")
    assert [(box.title, box.times, box.frozen) for box in found.boxes[1:3]] == [("linear 8", 2, True), ("linear 8", 2, False)]


def test_who_reads_from_the_middle_is_told_apart(drawn):
    found = drawn(
        """
        - conv: 4 1x1
        - conv: 4 1x1
        - conv: 4 1x1
          as: middle
        - conv: 4 1x1
        - conv: 4 1x1
        - add: [prev, middle]
    """,
        input="4x8x8",
    )
    assert shown(found)[1:4] == [("conv 4 1×1", 3), ("conv 4 1×1", 2), ("add", 1)]
    assert arrows(found)[2:4] == ["~conv 4 1×1>add", "conv 4 1×1>add"]


def test_copies_that_read_one_tensor_from_outside(drawn):
    found = drawn("- conv: 4 3x3 same\n  as: start\n" + "- add: [prev, start]\n" * 4)
    assert shown(found)[1:4] == [("conv 4 3×3", 1), ("add", 1), ("add", 3)]  # the first adds `start` to itself
    assert arrows(found)[1:4] == ["conv 4 3×3>add!", "~conv 4 3×3>add", "add>add"]


def test_branches_side_by_side_are_no_copies(drawn):
    found = drawn("- add: {a: [conv: 3 1x1], b: [conv: 3 1x1], c: [conv: 3 1x1]}")
    assert [box.times for box in found.boxes] == [1] * 6


def test_the_copies_of_shared_weights(drawn):
    layers = "- linear: 8\n  name: first\n" + "- linear: 8\n  weights: first\n" * 3
    found = drawn(layers, input="8")
    assert [(box.title, box.times, box.params) for box in found.boxes[1:3]] == [("linear 8", 1, 72), ("linear 8", 3, 0)]


def test_weights_of_an_earlier_copy_each(drawn):
    """Two towers, the second with the weights of the first: both are three equal layers."""
    tower = "Tower:\n  - linear: 8\n    repeat: 3"
    layers = "- Tower:\n  name: a\n- Tower:\n  name: b\n  weights: a\n  from: input\n  as: b"
    found = drawn(layers, input="8", blocks=tower)
    assert [(box.path, box.times, box.params) for box in found.boxes[1:3]] == [("a/linear1", 3, 72), ("b/linear1", 3, 0)]


def test_equal_blocks_are_drawn_once(drawn):
    found = drawn("- Basic: 4\n  repeat: 5", blocks=BASIC, input="4x8x8")
    assert [(frame.label, frame.times) for frame in found.clusters] == [("Basic 4", 5)]
    assert shown(found)[1:4] == [
        ("conv 4 3×3 · batch_norm · relu", 1),
        ("conv 4 3×3 · batch_norm", 1),
        ("add · relu", 1),
    ]
    assert arrows(found) == [
        "input>conv 4 3×3!",
        "conv 4 3×3>conv 4 3×3",
        "~input>add",
        "conv 4 3×3>add",
        "add>output",
    ]
    assert [copies(found, number) for number in range(5)] == [1, 5, 5, 5, 1]
    assert len(found.boxes[1].layers) == 15


def test_closed_equal_blocks_are_one_box(drawn):
    found = drawn("- Basic: 4\n  repeat: 5\n- conv: 2 1x1\n- Basic: 2", "block", blocks=BASIC, input="4x8x8")
    assert shown(found) == [("input", 1), ("Basic 4", 5), ("conv 2 1×1", 1), ("Basic 2", 1), ("output", 1)]
    box = found.boxes[1]
    assert (box.kind, box.path, box.family, box.params) == ("block", "Basic1", "convolution", 2 * (4 * 36 + 8))


def test_repeats_inside_repeats(drawn):
    blocks = BASIC + "Stage:\n  - Basic: 4\n    repeat: 3\n  - max_pool: 3x3 /1 padding=1\n"
    found = drawn("- Stage:\n  repeat: 2", blocks=blocks, input="4x8x8")
    assert [(frame.label, frame.times, frame.parent) for frame in found.clusters] == [("Stage", 2, -1), ("Basic 4", 3, 0)]
    assert [copies(found, number) for number in range(len(found.boxes))] == [1, 6, 6, 6, 2, 1]
    closed = drawn("- Stage:\n  repeat: 2", "block", blocks=blocks, input="4x8x8")
    assert shown(closed)[1:3] == [("Basic 4", 3), ("max_pool 3×3 /1", 1)]  # what repeats a block is a stage
    assert [(frame.label, frame.times) for frame in closed.clusters] == [("Stage", 2)]


def test_what_a_block_repeats_goes_up_where_the_block_holds_nothing_else(drawn):
    blocks = "Two:\n  - conv: 4 3x3 same\n  - conv: 4 3x3 same\n"
    found = drawn("- Two\n- Two\n- Two", blocks=blocks, input="4x8x8")
    assert shown(found)[1] == ("conv 4 3×3", 6)
    assert found.clusters == ()


def test_turns_without_a_scope(drawn):
    found = drawn("- conv: 4 3x3 same\n- max_pool: 3x3 /1 padding=1\n" * 4 + "- conv: 4 3x3 same", input="4x8x8")
    assert shown(found)[1:4] == [("conv 4 3×3", 1), ("max_pool 3×3 /1", 1), ("conv 4 3×3", 1)]
    assert [(frame.label, frame.times) for frame in found.clusters] == [("", 4)]
    assert [box.cluster for box in found.boxes] == [-1, 0, 0, -1, -1]
    twice = drawn("- conv: 4 3x3 same\n- max_pool: 3x3 /1 padding=1\n" * 2, input="4x8x8")
    assert twice.clusters == ()


def test_copies_of_several_names_say_the_first_and_the_last(drawn):
    layers = "- for: {n: [1, 2, 3]}\n  name: step$index\n  do: [conv: 4 3x3 same, max_pool: 3x3 /1 padding=1]"
    found = drawn(layers, input="4x8x8")
    assert [(frame.label, frame.times) for frame in found.clusters] == [("step1 … step3", 3)]
    assert [(box.title, box.times) for box in drawn(layers, "stage", input="4x8x8").boxes[1:2]] == [("step1 … step3", 3)]


def test_copies_that_read_different_tensors_beside(drawn):
    layers = "- add: [a, b]\n- add: [prev, c]\n- add: [prev, d]\n- add: [prev, d]"
    found = drawn(layers, input="{a: 2x4x4, b: 2x4x4, c: 2x4x4, d: 2x4x4}")
    assert [box.times for box in found.boxes if box.kind == "join"] == [1, 1, 2]


def test_copies_that_give_a_second_tensor(drawn):
    """Each step's pooling is read at the end, its convolution by the next step."""
    layers = """
        - conv: 2 1x1
          as: c0
        - for: {n: [1, 2, 3]}
          name: step$index
          do:
            - conv: 2 1x1
              from: c$(n - 1)
              as: c$n
            - max_pool: 1x1
              as: p$n
        - add: [p1, p2, p3]
    """
    found = drawn(layers, input="2x4x4")
    assert [(frame.path, frame.times) for frame in found.clusters] == [("step1", 1), ("step2", 1), ("step3", 1)]


def test_copies_that_hand_on_from_different_places(drawn):
    """The second step reads the end of the first, the third the beginning of the second."""
    step = "- conv: 2 1x1\n  name: {0}/conv\n  from: {1}\n  as: {0}c\n- max_pool: 1x1\n  name: {0}/pool\n  as: {0}p\n"
    layers = step.format("a", "input") + step.format("b", "ap") + step.format("c", "bc") + step.format("d", "cc")
    found = drawn(layers, input="2x4x4")
    assert [(frame.label, frame.times) for frame in found.clusters] == [("a … b", 2), ("c … d", 2)]


def test_weights_of_layers_in_the_same_or_another_order(drawn):
    owners = "- linear: 8\n  name: p\n- linear: 8\n  name: q\n"
    user = "- linear: 8\n  weights: {}\n"
    same = drawn(owners + user.format("p") + user.format("q"), input="8")
    assert [box.times for box in same.boxes] == [1, 2, 2, 1]
    other = drawn(owners + user.format("q") + user.format("p"), input="8")
    assert [box.times for box in other.boxes] == [1, 2, 1, 1, 1]


def test_a_layer_that_lends_its_weights_is_no_copy_of_one_that_does_not(drawn):
    layers = "- linear: 8\n- linear: 8\n  name: lent\n- linear: 8\n- linear: 8\n- tanh\n- linear: 8\n  weights: lent"
    found = drawn(layers, input="8")
    assert [box.times for box in found.boxes] == [1, 1, 1, 1, 1, 1, 1]
