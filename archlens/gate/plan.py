"""What specs are held against: the rules that run, and how bad it is to break one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from archlens.errors import Severity, UsageError, did_you_mean
from archlens.gate.globs import file_matcher
from archlens.gate.settings import Settings
from archlens.records import NamedTuple
from archlens.report.findings.model import SEVERITIES
from archlens.rules.catalogue import all_rules, chosen_rules, closeness, selected
from archlens.rules.model import Rule

__all__ = ["Plan", "plan_of"]

_OFF = "off"
_FAULTS = ("ARC0", "ARC1", "ARC2", "ARC3", "ARC4")  # of specs, shapes and expectations


class Plan(NamedTuple):
    """What every spec is held against.

    rules: that run. spared: for files that a glob means, the codes that do not run there. severities: by code, where they differ
    from the rule's own.
    """

    rules: tuple[Rule, ...]
    spared: tuple[tuple[Callable[[str], bool], frozenset[str]], ...]
    severities: Mapping[str, Severity]
    target: str | None
    max_layers: int

    def rules_of(self, file: str) -> tuple[Rule, ...]:
        """Those that run on a file."""
        spared = [codes for matches, codes in self.spared if matches(file)]
        return tuple([rule for rule in self.rules if not any(rule.code in codes for codes in spared)]) if spared else self.rules


def plan_of(settings: Settings, told: Callable[[str], None] | None = None) -> Plan:
    """The plan that settings mean. told: hears of a third party's rule that cannot be used.

    Raises UsageError for a name that means no rule, or one of a fault that is no rule.
    """
    rules = all_rules(told) if told else all_rules()
    ignore = [_a_rule(name) for name in settings.ignore]
    select = None if settings.select is None else [_a_rule(name) for name in settings.select]
    chosen = chosen_rules(select, [_a_rule(name) for name in settings.extend_select], ignore, told)
    severities = _severities(settings, rules)
    spared = tuple(
        [
            (file_matcher(settings.folder("per-file-ignores"), [glob]), frozenset(_codes(names, rules)))
            for glob, names in settings.per_file_ignores
        ]
    )
    running = tuple([rule for rule in chosen if severities.get(rule.code) != _OFF])
    levels = {code: severity_named(word) for code, word in severities.items() if word != _OFF}
    return Plan(running, spared, levels, settings.target, settings.max_layers)


def _severities(settings: Settings, rules: Mapping[str, Rule]) -> dict[str, str]:
    """By code, what the settings say of a rule; the name that means it the most closely says it."""
    found: dict[str, tuple[int, str]] = {}
    for name, word in settings.severity:
        for rule in selected(_a_rule(name), rules):
            weight = closeness(name, rule)
            if weight >= found.get(rule.code, (0, ""))[0]:
                found[rule.code] = weight, word
    return {code: word for code, (_, word) in found.items()}


def severity_named(word: str) -> Severity:
    """A severity by its name; raises UsageError for others."""
    for severity in SEVERITIES:
        if word == severity:
            return severity
    raise UsageError(f"no severity is called `{word}`; {did_you_mean(word, (*SEVERITIES, _OFF))}")


def _codes(names: Sequence[str], rules: Mapping[str, Rule]) -> list[str]:
    return [rule.code for name in names for rule in selected(_a_rule(name), rules)]


def _a_rule(name: str) -> str:
    """The name of a rule, or of several, as it is."""
    if name.upper().startswith(_FAULTS):
        raise UsageError(
            f"{name} is no design rule: faults and missed expectations are always told; a baseline keeps old ones out of sight"
        )
    return name
