"""For authors of design rules: what a rule finds in a spec, held against marks in that spec, and its manual against itself.

    SPEC = '''
    archlens: 1
    input: 8
    layers:
      - linear: 8
      - tanh          # LAB001: use `relu`
    '''

    def test_tanh_is_found():
        check_case(SPEC, RULE)

A mark is the code of a rule in a comment at the end of the line that a finding points at, and perhaps a part of what it says.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.network import load_text
from archlens.rules.model import Found, Rule
from archlens.rules.run import run_rules

__all__ = ["check_case", "check_manual", "examples", "found_in", "marks", "whole_text"]

_LONGEST = 100  # characters of a summary, one less


def found_in(text: str, *rules: Rule, target: str | None = None) -> tuple[Found, ...]:
    """What rules find in a spec, those that `allow:` lets be broken among it; the first of its variants.

    target: the kind of number that the network is to run in. Raises SpecError for faults of the spec, and AssertionError where a
    rule fails or gives what is no finding.
    """
    network = load_text(text.lstrip("\n"), "case.yaml")
    return run_rules(network.graph, network.analyze(), rules, target, _fail)


def check_case(text: str, *rules: Rule, target: str | None = None) -> None:
    """Hold what rules find in a spec against its marks. Raises AssertionError that says what is marked and not found, or found
    and not marked; what `allow:` lets be broken is neither."""
    text = text.lstrip("\n")
    found = [one for one in found_in(text, *rules, target=target) if one.allowed is None]
    left = list(found)
    missed = []
    for line, code, part in marks(text, *(rule.code for rule in rules)):
        fits = [one for one in left if (_line(one), one.diagnostic.code) == (line, code) and part in whole_text(one)]
        if fits:
            left.remove(fits[0])
        else:
            missed.append(f"line {line} is marked {code}{f': {part}' if part else ''}, which is not found")
    extra = [f"line {_line(one)} is not marked {one.diagnostic.code}, but found is: {whole_text(one)}" for one in left]
    if missed or extra:
        raise AssertionError("\n".join([*missed, *extra]))


def check_manual(rule: Rule, target: str | None = None) -> None:
    """Hold a rule's manual against the rule: the specs under `## Example` break it, those under `## Use instead` do not, and the
    first line is a sentence under 100 characters. Raises AssertionError that says what does not hold."""
    faults = []
    if not rule.summary.endswith(".") or len(rule.summary) >= _LONGEST:
        faults.append(f"the first line must be a sentence of less than {_LONGEST} characters: {rule.summary!r}")
    for heading, breaks in (("Example", True), ("Use instead", False)):
        specs = examples(rule.manual, heading)
        if not specs:
            faults.append(f"no spec (```yaml) stands under `## {heading}`")
        for spec in specs:
            found = [whole_text(one) for one in found_in(spec, rule, target=target) if one.allowed is None]
            if bool(found) != breaks:
                faults.append(f"under `## {heading}` the rule finds {'nothing' if breaks else found[0]}:\n{spec}")
    if faults:
        raise AssertionError("\n".join(faults))


def marks(text: str, *codes: str) -> list[tuple[int, str, str]]:
    """(line, code, a part of what is said) of each mark of these codes, `# CODE` or `# CODE: part`, several on a line too."""
    found = []
    for line, written in enumerate(text.split("\n"), 1):
        for comment in written.split("#")[1:]:
            code, _, part = comment.strip().partition(":")
            if code.strip() in codes:
                found.append((line, code.strip(), part.strip()))
    return sorted(found)


def examples(manual: str, heading: str) -> list[str]:
    """The specs (```yaml) under a heading of a manual."""
    return list(_specs(manual.partition(f"## {heading}\n")[2].partition("\n## ")[0]))


def whole_text(one: Found) -> str:
    """All that a finding says: message, label, help, what stands at other places."""
    said = one.diagnostic
    return " ".join([said.message, said.label, said.help, *(label.text for label in said.related)])


def _specs(markdown: str) -> Iterator[str]:
    for block in markdown.split("```yaml\n")[1:]:
        yield block.partition("```")[0]


def _line(one: Found) -> int:
    return one.diagnostic.span.line if one.diagnostic.span else 0


def _fail(problem: str) -> None:
    raise AssertionError(problem)
