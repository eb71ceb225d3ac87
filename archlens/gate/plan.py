"""What specs are held against: the rules that run, and how bad it is to break one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from archlens.errors import Severity, Unreadable, UsageError
from archlens.gate.globs import file_matcher
from archlens.gate.settings import Settings
from archlens.records import NamedTuple
from archlens.report.findings.model import SEVERITIES
from archlens.rules.catalogue import all_rules, chosen_rules, closeness, selected
from archlens.rules.model import Rule

__all__ = ["Plan", "plan_of"]

_OFF = "off"


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

    def spares(self, file: str, code: str) -> bool:
        """Whether a rule does not run on a file."""
        return any(code in codes and matches(file) for matches, codes in self.spared)


def plan_of(settings: Settings, told: Callable[[str], None] | None = None) -> Plan:
    """The plan that settings mean. told: hears of a third party's rule that cannot be used.

    Raises UsageError for a name that means no rule, such as that of a fault; where it stands in a configuration file, Unreadable
    with all of them.
    """
    rules = all_rules(told) if told else all_rules()
    _require_rules(settings, rules)
    chosen = chosen_rules(settings.select, settings.extend_select, settings.ignore, told)
    severities = _severities(settings, rules)
    spared = tuple(
        [
            (file_matcher(settings.folder("per-file-ignores"), [glob]), frozenset(_codes(names, rules)))
            for glob, names in settings.per_file_ignores
        ]
    )
    running = tuple([rule for rule in chosen if severities.get(rule.code) != _OFF])
    levels = {code: severity for code, word in severities.items() for severity in SEVERITIES if severity == word}
    return Plan(running, spared, levels, settings.target, settings.max_layers)


def _severities(settings: Settings, rules: Mapping[str, Rule]) -> dict[str, str]:
    """By code, what the settings say of a rule; the name that means it the most closely says it."""
    found: dict[str, tuple[int, str]] = {}
    for name, word in settings.severity:
        for rule in selected(name, rules):
            weight = closeness(name, rule)
            if weight >= found.get(rule.code, (0, ""))[0]:
                found[rule.code] = weight, word
    return {code: word for code, (_, word) in found.items()}


def _codes(names: Sequence[str], rules: Mapping[str, Rule]) -> list[str]:
    return [rule.code for name in names for rule in selected(name, rules)]


def _require_rules(settings: Settings, rules: Mapping[str, Rule]) -> None:
    """Raises as `plan_of`."""
    named = {
        "select": settings.select or (),
        "extend-select": settings.extend_select,
        "ignore": settings.ignore,
        "per-file-ignores": [name for _, names in settings.per_file_ignores for name in names],
        "severity": [name for name, _ in settings.severity],
    }
    faults = []
    for setting, names in named.items():
        for name in names:
            try:
                selected(name, rules)
            except UsageError as error:
                fault = settings.fault(setting, name, error)
                if fault is None:
                    raise
                faults.append(fault)
    if faults:
        raise Unreadable(*faults)
