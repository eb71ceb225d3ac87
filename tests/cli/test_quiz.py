"""`archlens quiz`: the dialogue, and questions as files."""

import csv
import io
import json

import pytest

from archlens.chapter.quiz import quiz

ASKED = ("--topic", "params", "--topic", "macs", "--seed", "3", "-n", "4")


def test_right_answers_are_counted(run):
    answers = [str(question.answer) for question in quiz(["params", "macs"], None, 4, 3)]
    done = run("quiz", *ASKED, input="\n".join(answers) + "\n")
    assert (done.code, done.err) == (0, "")
    assert done.out.count("✓ right") == 4
    assert done.out.endswith("4 of 4 right\n")
    done = run("quiz", *ASKED, input="\n".join(["1", *answers[1:]]) + "\n")
    assert done.out.endswith("3 of 4 right\n")
    assert f"✗ no: {int(answers[0]):,}" in done.out


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("", "no question was answered\n"),
        ("q\n", "no question was answered\n"),
        ("\nq\n", "0 of 1 right\n"),
        ("\n", "0 of 1 right\n"),
    ],
)
def test_it_ends_when_asked_or_when_the_input_does(text, end, run):
    done = run("quiz", *ASKED, input=text)
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith(end)


def test_what_cannot_be_read_is_asked_for_again(run):
    (question,) = quiz(["params"], None, 1, 3)
    done = run("quiz", "--topic", "params", "--seed", "3", "-n", "1", input=f"many\nlots\n{question.answer}\n")
    assert "`many` is not a number, such as 9,408 or 4.1G" in done.out
    assert done.out.endswith("1 of 1 right\n")
    done = run("quiz", "--topic", "params", "--seed", "3", "-n", "1", input="many\nlots\nx\n")
    assert done.out.endswith("0 of 1 right\n")


def test_the_chapters_questions_are_judged_by_oneself(run):
    done = run("quiz", "--topic", "why", "--seed", "3", "-n", "2", input="\ny\n\nn\n")
    assert done.out.endswith("1 of 2 right\n")


def test_a_wrong_topic_at_the_command_line(run):
    done = run("quiz", "--topic", "parms")
    assert (done.code, done.out, done.err) == (2, "", "error: no topic is called `parms`; did you mean `params`?\n")


# ---- as files ----


def test_csv_is_what_anki_imports(run):
    head = run("quiz", "-n", "8", "--seed", "2", "--format", "csv").out.splitlines()[:4]
    assert head == ["#separator:Comma", "#html:true", "#columns:Front,Back,Tags", "#tags column:3"]
    text = run("quiz", "-n", "8", "--seed", "2", "--format", "csv").out
    rows = list(csv.reader(io.StringIO(text.split("#tags column:3\n")[1])))
    questions = quiz(count=8, seed=2)
    assert len(rows) == 8
    for (front, back, tags), question in zip(rows, questions, strict=True):
        assert front.startswith("<pre")
        assert question.prompt.split("\n")[0].split("'")[0][:20] in front.replace("&#x27;", "'")
        assert question.answer_text.replace("<", "&lt;") in back
        assert tags == f"archlens {question.topic} {question.level}"


def test_json_and_markdown_hold_every_question(run):
    questions = quiz(count=8, seed=2)
    told = json.loads(run("quiz", "-n", "8", "--seed", "2", "--format", "json").out)
    assert [one["prompt"] for one in told] == [question.prompt for question in questions]
    assert [one["answer"] for one in told] == [question.answer for question in questions]
    text = run("quiz", "-n", "8", "--seed", "2", "--format", "markdown").out
    assert text.count("<details><summary>answer</summary>") == 8
    assert all(question.solution in text for question in questions)
