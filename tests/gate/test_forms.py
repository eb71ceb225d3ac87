"""The forms that tools read: each by the rules of its reader, and all of them about the same findings."""

import json
import os
import re
from urllib.parse import unquote, unquote_to_bytes
from xml.etree import ElementTree

import jsonschema
import pytest

import archlens
from archlens.report.findings import FORMS
from archlens.report.findings.manuals import reference
from archlens.rules.catalogue import all_rules
from tests.gate.running import run
from tests.gate.sarif import LOG

SPEC = """\
archlens: 1
input: 3x8x8
variants:
  a: {n: 4}
  b: {n: 5, allow: {ARC592: never of use}}
layers:
  - conv: n 3x3            # 日本: its bias has no effect
    name: "50%, a:b {0}"
  - batch_norm
  - conv: 4 3x3
    allow: {bias-before-norm: as <published> & "so"}
  - batch_norm
expect: {params: 1, macs: {max: 1}}
"""
FAULTY = "archlens: 1\ninput: 3x8x8\nlayers:\n  - conv: {size: 3}\n  - con: 3\n"
RULES = ["bias-before-norm", "unused-allow", "unknown-allow"]


@pytest.fixture
def report(here, write):
    """Everything at once: rules, faults, expectations, what is allowed, known, a note, and what cannot be read."""
    write("nets/a b.yaml", SPEC)
    write("nets/faulty.yaml", FAULTY)
    write("nets/known.yaml", "archlens: 1\ninput: 3x8x8\nlayers: [conv: 4 3x3, batch_norm]\n")
    write("nets/sound.yaml", "archlens: 1\ninput: 3x8x8\nvariants: {x: {n: 1}, y: {n: 2}}\nlayers: [conv: n 3x3]\n")
    write("nets/binary.yaml", b"archlens: 1\n\xff")
    write("known.json", archlens.check("nets/known.yaml", select=RULES).baseline("known.json"))
    return archlens.check("nets", "gone", select=RULES, severity={"unused-allow": "note"}, baseline="known.json")


def told(report):
    """What counts, by file, line and code."""
    found = []
    for one in report.files:
        for entry in one.entries:
            if entry.counts:
                span = entry.diagnostic.span
                found.append((span.source.name if span else one.file, span.line if span else 1, entry.diagnostic.code))
    return sorted(found)


def test_there_is_something_of_everything(report):
    assert told(report) == [
        ("gone", 1, "ARC000"),
        ("nets/a b.yaml", 5, "ARC591"),
        ("nets/a b.yaml", 7, "ARC502"),
        ("nets/a b.yaml", 13, "ARC301"),
        ("nets/a b.yaml", 13, "ARC303"),
        ("nets/binary.yaml", 1, "ARC002"),
        ("nets/faulty.yaml", 4, "ARC112"),
        ("nets/faulty.yaml", 5, "ARC101"),
    ]
    assert (len(report.allowed), len(report.known)) == (1, 1)


def test_sarif_keeps_the_standard(report):
    log = json.loads(report.render("sarif", show_allowed=True))
    jsonschema.Draft202012Validator(LOG, format_checker=jsonschema.FormatChecker()).validate(log)
    (run,) = log["runs"]
    (short,) = json.loads(report.render("sarif"))["runs"]
    assert short.pop("results") == [one for one in run["results"] if not one["suppressions"]]
    assert short == {key: value for key, value in run.items() if key != "results"}
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len({*rules}) == len(rules)
    marks = [tuple(result["partialFingerprints"].items()) for result in run["results"]]
    assert len({*marks}) == len(marks) == 8
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        for place in (*result["locations"], *result.get("relatedLocations", [])):
            assert unquote(place["physicalLocation"]["artifactLocation"]["uri"]).startswith("nets/")
            assert place["physicalLocation"]["artifactLocation"]["uriBaseId"] in run["originalUriBaseIds"]
            region = place["physicalLocation"]["region"]
            assert region["endColumn"] > region["startColumn"]
    counted = [
        (
            unquote(one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]),
            one["locations"][0]["physicalLocation"]["region"]["startLine"],
            one["ruleId"],
        )
        for one in run["results"]
        if not one["suppressions"]
    ]
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    unread = [one["descriptor"]["id"] for one in invocation["toolExecutionNotifications"]]
    assert sorted(counted) == [one for one in told(report) if one[2] not in unread]
    assert sorted(unread) == ["ARC000", "ARC002"]
    suppressed = [one["suppressions"][0] for one in run["results"] if one["suppressions"]]
    assert [one["kind"] for one in suppressed] == ["inSource", "external"]
    assert suppressed[0]["justification"] == 'as <published> & "so"'
    assert suppressed[0]["location"]["physicalLocation"]["region"]["startLine"] == 11
    assert "50%, a:b {{0}}: its bias" in next(one for one in run["results"] if one["ruleId"] == "ARC502")["message"]["text"]


def test_sarif_has_the_manual_of_every_rule(here, write):
    write("a.yaml")
    rules = json.loads(archlens.check("a.yaml", select=["all"]).render("sarif"))["runs"][0]["tool"]["driver"]["rules"]
    known = all_rules()
    assert [rule["id"] for rule in rules] == sorted(known)
    for rule in rules:
        assert rule["help"]["markdown"] == known[rule["id"]].manual.strip() + "\n"
        assert rule["name"] == known[rule["id"]].name
        assert rule["defaultConfiguration"]["level"] == known[rule["id"]].severity
    assert reference("As in Ioffe & Szegedy (arXiv:1502.03167), and https://a.b/c.") == "https://arxiv.org/abs/1502.03167"
    assert reference("See <https://a.b/c#d>.") == "https://a.b/c#d"
    assert reference("Nothing.") == ""


def test_github_gets_a_command_a_line(report):
    lines = report.render("github").splitlines()
    found = []
    for line in lines:
        command, properties, data = re.fullmatch(r"::(error|warning|notice) (.*?)::(.*)", line).groups()
        assert not set("\r\n") & set(data)
        pairs = dict(pair.split("=", 1) for pair in properties.split(","))  # a value has no bare comma or colon
        assert ":" not in properties
        found.append((unquote(pairs["file"]), int(pairs.get("line", 1)), pairs["title"].split()[1]))
        assert command == {"ARC502": "warning", "ARC591": "notice"}.get(found[-1][2], "error")
    assert sorted(found) == told(report)
    place = "file=nets/a b.yaml,line=7,col=5,endColumn=9"
    assert f"::warning {place},title=archlens ARC502 bias-before-norm::50%25, a:b {{0}}: " in str(lines)
    assert any(line.endswith("%0Ahelp: remove the line") for line in lines)


def test_gitlab_gets_what_its_format_wants(report):
    found = json.loads(report.render("gitlab"))
    assert len({one["fingerprint"] for one in found}) == len(found)
    for one in found:
        assert sorted(one) == ["check_name", "description", "fingerprint", "location", "severity"]
        assert re.fullmatch("[0-9a-f]{64}", one["fingerprint"])
        assert one["description"]
    severities = [one["severity"] for one in found]
    assert [severities.count(word) for word in ("blocker", "major", "minor", "info")] == [2, 4, 1, 1]
    places = [(one["location"]["path"], one["location"]["lines"]["begin"]) for one in found]
    assert sorted(places) == [one[:2] for one in told(report)]


def test_junit_counts_what_it_holds(report):
    root = ElementTree.fromstring(report.render("junit"))
    cases = {kind: len(root.findall(f".//testcase/{kind}")) for kind in ("failure", "error", "skipped", "system-out")}
    assert cases == {"failure": 5, "error": 2, "skipped": 2, "system-out": 1}
    for suite in (root, *root):
        assert int(suite.get("tests")) == len(suite.findall(".//testcase"))
        assert int(suite.get("failures")) == len(suite.findall(".//failure"))
        assert int(suite.get("errors")) == len(suite.findall(".//error"))
        assert int(suite.get("skipped")) == len(suite.findall(".//skipped"))
    assert [suite.get("name") for suite in root] == [one.file for one in report.files]
    sound = next(suite for suite in root if suite.get("name") == "nets/sound.yaml")
    assert [(case.get("name"), len(case)) for case in sound] == [("x", 0), ("y", 0)]
    assert root.find(".//skipped").get("message") == 'allowed: as <published> & "so"'
    faulty = next(suite for suite in root if suite.get("name") == "nets/faulty.yaml")
    assert faulty[0].find("failure").text.startswith("nets/faulty.yaml:4:")
    assert "\n" in faulty[0].find("failure").text


def test_json_says_everything_of_every_finding(report):
    found = json.loads(report.render("json"))
    assert found["schema"] == 1
    assert len(found["findings"]) == 10
    assert sum(not one["allowed"] and not one["baseline"] for one in found["findings"]) == len(told(report))
    severities = {"error": 6, "warning": 1, "note": 1}
    assert found["counts"] == {"files": 4, "networks": 6, **severities, "unchecked": 2, "allowed": 1, "baseline": 1}
    assert [one["checked"] for one in found["findings"]].count(False) == 2
    (allowed,) = [one["allowed"] for one in found["findings"] if one["allowed"]]
    assert allowed == {"reason": 'as <published> & "so"', "file": "nets/a b.yaml", "line": 11}
    bias = next(one for one in found["findings"] if one["code"] == "ARC502")
    assert (bias["rule"], bias["layers"], bias["variants"]) == ("bias-before-norm", ["50%, a:b {0}"], ["a", "b"])


@pytest.mark.parametrize("form", FORMS)
def test_where_nothing_is_found_every_form_is_sound(form, here, write):
    write("a.yaml")
    text = archlens.check("a.yaml", select=RULES).render(form)
    if form in ("json", "sarif", "gitlab"):
        json.loads(text)
    elif form == "junit":
        assert len(ElementTree.fromstring(text)[0]) == 1
    else:
        assert text == ""


@pytest.mark.parametrize("name", [b"\xff.yaml", b"a\nb \x1b[31m.yaml", b"<&\">'%,:.yaml"])
def test_any_name_of_a_file_goes_through_every_form(name, here, write):
    write("a.yaml", SPEC)
    os.rename("a.yaml", name)
    files = {form: f"{form}.out" for form in FORMS}
    code, out, err = run(".", "--select", ",".join(RULES), *[f"--format={form}={path}" for form, path in files.items()])
    assert (code, out, err) == (1, "", "")
    ElementTree.parse("junit.out")
    assert not {"\x1b", "\n "} & set((here / "text.out").read_text().partition(": ")[0])
    (uri,) = {
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for one in json.loads((here / "sarif.out").read_text())["runs"][0]["results"]
    }
    assert unquote_to_bytes(uri) == name
    known = ["--select", ",".join(RULES), "--baseline", "known.json"]
    assert run(".", *known, "--write-baseline")[0] == 0
    assert run(".", *known)[:2] == (0, "1 file, 2 networks: no findings; 1 allowed; 4 in the baseline\n")


def test_paths_are_seen_from_the_working_folder(here, write, monkeypatch):
    write("sub/a.yaml", SPEC)
    write("b.yaml", SPEC)
    monkeypatch.chdir(here / "sub")
    report = archlens.check(str(here / "sub"), str(here / "b.yaml"), select=RULES)
    found = json.loads(report.render("gitlab"))
    assert [one["location"]["path"] for one in found] == ["a.yaml"] * 4 + [str(here / "b.yaml")] * 4
    results = json.loads(report.render("sarif"))["runs"][0]["results"]
    assert results[-1]["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": f"file://{here}/b.yaml"}
