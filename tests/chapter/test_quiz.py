"""Questions: answers held against PyTorch and recurrences written anew, and what counts as right."""

import re

import pytest

import archlens
from archlens.chapter.quiz import LEVELS, TOPICS, graded, quiz
from archlens.chapter.quiz.question import Question
from archlens.errors import SpecError, UsageError

COUNT = 12


def drawn(topic, level):
    return quiz([topic], level, COUNT, 11)


def lines_of(prompt):
    """The input and the layer lines that a prompt shows."""
    shown = [line.strip() for line in prompt.split("\n") if line.startswith("    ")]
    return shown[0].removeprefix("input: "), [line.removeprefix("- ") for line in shown[1:]]


def ran(input, lines):
    """Output shape, parameters and MACs of these layers by torch, counted by torch."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    text = f"archlens: 1\ninput: {input}\nlayers:\n" + "".join(f"  - {line}\n" for line in lines)
    network = archlens.load_text(text)
    model = network.build("meta").eval()
    shape = next(iter(network.analyze().inputs.values()))
    with FlopCounterMode(display=False) as counter:
        output = model(torch.empty(shape, device="meta"))
    return tuple(output.shape[1:]), sum(p.numel() for p in model.parameters()), counter.get_total_flops() // 2


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("topic", ["output_size", "params", "macs"])
def test_answers_are_what_torch_finds(topic, level):
    pytest.importorskip("torch")
    held = 0
    for question in drawn(topic, level):
        if question.prompt.startswith("In "):  # of a shipped network, which the published figures vouch for
            continue
        shape, params, macs = ran(*lines_of(question.prompt))
        assert question.answer == {"output_size": "×".join(map(str, shape)), "params": params, "macs": macs}[topic], (
            question.prompt
        )
        held += 1
    assert held >= 3


@pytest.mark.parametrize("topic", ["params", "macs"])
def test_layers_of_real_networks_are_asked_about(topic):
    """What reads a map of C channels and its window say the rest."""
    asked = [question for question in quiz([topic], "medium", 40, 3) if question.prompt.startswith("In ")]
    assert asked
    for question in asked:
        found = re.search(r"is\n\n    (?P<layer>.*)\n\nand reads (?P<size>[\d×]+)\.", question.prompt)
        _, params, macs = ran(found["size"].replace("×", "x"), [spelled(found["layer"])])
        assert question.answer == {"params": params, "macs": macs}[topic], question.prompt


def spelled(said):
    """`conv 64 3×3 same` as a line of a spec."""
    name, _, arguments = said.partition(" ")
    return f"{name}: {arguments.replace('×', 'x')}" if arguments else name


@pytest.mark.parametrize("level", LEVELS)
def test_receptive_fields_follow_the_recurrence(level):
    for question in drawn("receptive_field", level):
        _, lines = lines_of(question.prompt)
        field = jump = 1
        for line in lines:
            kernel = int(re.search(r"(\d+)x\d+", line)[1])
            stride = re.search(r"/(\d)", line)
            dilation = re.search(r"dilation=(\d)", line)
            field += (kernel - 1) * (int(dilation[1]) if dilation else 1) * jump
            jump *= int(stride[1]) if stride else 2 if "pool" in line else 1
        assert question.answer == field, question.prompt


@pytest.mark.parametrize("level", LEVELS)
def test_the_cheaper_one_is_cheaper(level):
    pytest.importorskip("torch")
    for question in drawn("cheaper", level):
        input = re.search(r"Both read ([\d×]+)\.", question.prompt)[1].replace("×", "x")
        sides = [lines_of(f"    input: {input}\n{part}")[1] for part in question.prompt.split(")\n")[1:]]
        assert len(sides) == 2
        (_, *one), (_, *other) = (ran(input, side) for side in sides)
        which = 0 if "fewer parameters" in question.prompt else 1 if "multiply" in question.prompt else None
        if which is not None:
            assert question.answer == (one[which] > other[which]), question.prompt


@pytest.mark.parametrize("level", LEVELS)
def test_a_fault_is_where_archlens_says(level):
    for question in drawn("fault", level):
        text = "\n".join(line[8:] for line in question.prompt.split("\n") if line.startswith("    "))
        with pytest.raises(SpecError) as error:
            archlens.load_text(text, "net.yaml").analyze()
        (fault,) = error.value.diagnostics
        assert question.answer == fault.span.line
        assert f"net.yaml:{fault.span.line}:" in question.solution
        assert all(0 < line <= text.count("\n") + 1 for line in question.also)


def test_seeds_fix_the_questions():
    again, once = quiz(seed=4), quiz(seed=4)
    assert again == once
    assert len({question.prompt for question in once}) == len(once) == 10
    assert quiz(seed=5) != once


@pytest.mark.parametrize("count", [1, 7, 20])
def test_topics_take_turns(count):
    found = quiz(count=count, seed=1)
    assert len(found) == count
    assert len({question.topic for question in found}) == min(count, len(TOPICS))
    assert {question.level for question in quiz(level="hard", count=count, seed=1)} == {"hard"}


def test_an_exhausted_topic_ends():
    found = quiz(["receptive_field"], "easy", 500, 0)
    assert len(found) == 3 * 4, "3×3, 5×5 and 7×7, two to five of them"


def test_a_wrong_topic_is_told():
    with pytest.raises(UsageError, match=r"no topic is called `parms`; did you mean `params`\?"):
        quiz(["parms"])
    with pytest.raises(UsageError, match="known here: cheaper, fault, macs, output_size"):
        quiz(["zzzz"])


NUMBER = Question("params", "easy", "?", 25_557_032, "")
SIZE = Question("output_size", "easy", "?", "64×112×112", "")
CHOICE = Question("cheaper", "easy", "?", 1, "", ("one", "other"))
LINE = Question("fault", "easy", "?", 10, "", also=(7,))
OPEN = Question("why", "easy", "?", None, "because")
GRADED = [
    *((NUMBER, text, True) for text in ("25557032", "25,557,032", " 25_557_032 ", "25 557 032", "25.6M", "25.56M", "0.0256G")),
    *((NUMBER, text, False) for text in ("25557031", "26M", "25.5M", "25.6k", "0")),
    *((NUMBER, text, None) for text in ("", "many", "-3", "64x3", "1e9", "٣", "25.6 MACs")),
    *((SIZE, text, True) for text in ("64x112x112", "64×112×112", "(64, 112, 112)", "64 112 112", "64*112*112")),
    *((SIZE, text, False) for text in ("64x112", "112x112x64", "64x112x113", "64112112")),
    *((SIZE, text, None) for text in ("", "big", "64 channels of 112")),
    *((CHOICE, text, True) for text in ("b", "B", " b) ", "b.")),
    *((CHOICE, text, False) for text in ("a", "A)")),
    *((CHOICE, text, None) for text in ("", "c", "ab", "1", "neither")),
    *((LINE, text, True) for text in ("10", "7")),
    (LINE, "8", False),
    (OPEN, "anything", None),
]


@pytest.mark.parametrize(("question", "text", "verdict"), GRADED)
def test_what_counts_as_right(question, text, verdict):
    assert graded(question, text) is verdict
