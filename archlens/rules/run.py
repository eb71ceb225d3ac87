"""Rules over a network: findings gathered by the line they are about, dressed as diagnostics, held against `allow:`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from archlens.analysis.facts import Analysis
from archlens.errors import SEVERITIES, Diagnostic, Label, Severity, Span, top_down
from archlens.graph.model import Allowance, Graph, Node
from archlens.graph.scope import chain_of
from archlens.rules.catalogue import LAST
from archlens.rules.model import Finding, Found, Rule
from archlens.rules.subject import Subject

__all__ = ["run_rules"]

_NAMED = 4  # layers that a note names


def run_rules(
    graph: Graph,
    analysis: Analysis,
    rules: Sequence[Rule],
    target: str | None = None,
    told: Callable[[str], None] = lambda problem: None,
) -> tuple[Found, ...]:
    """What the rules find in a network, from top to bottom; what `allow:` lets be broken is among it and says so.

    target: see `Subject`. told: hears of a third party's rule that fails; it is left out.
    """
    subject = Subject(graph, analysis, target, rules)
    types = {node.layer.type_name for node in graph.nodes}
    found: list[Found] = []
    for rule in sorted(rules, key=lambda rule: LAST.index(rule.code) + 1 if rule.code in LAST else 0):
        if rule.types and types.isdisjoint(rule.types):
            continue
        if rule.code in LAST:
            subject.used = frozenset([one.allowed.span for one in found if one.allowed])
        if rule.written:
            found += _guarded(rule, subject, told)
        else:
            found += _dressed(rule, list(rule.check(subject)), graph)
    return tuple(top_down(found, lambda one: one.diagnostic))


def _guarded(rule: Rule, subject: Subject, told: Callable[[str], None]) -> list[Found]:
    """What a third party's rule finds; nothing where it fails, or gives what is no finding about this network."""
    try:
        findings = list(rule.check(subject))
        wrong = next(filter(None, [_fault(one, subject) for one in findings]), "")
        if not wrong:
            return list(_dressed(rule, findings, subject.graph))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a check of others does
        wrong = f"{type(error).__name__}: {error}"
    told(f"the rule {rule.name} ({rule.code}) failed on {subject.graph.spec} and is left out: {wrong}")
    return []


def _fault(finding: object, subject: Subject) -> str:
    """Why something is no finding about a network; empty where it is one."""
    if not isinstance(finding, Finding):
        return f"it gives {type(finding).__name__}, not Finding"
    nodes = [*([] if finding.node is None else [finding.node]), *(node for node, _ in finding.related)]
    for node in nodes:
        if not isinstance(node, Node) or node.path not in subject.numbers:
            return f"{getattr(node, 'path', node)!r} is no layer of the network"
    texts = (finding.message, finding.help, finding.label, *(text for _, text in finding.related))
    if not all(isinstance(text, str) for text in texts) or not finding.message:
        return f"its texts must be str, and the message not empty, not {next((text for text in texts if text), '')!r}"
    if not (finding.span is None or isinstance(finding.span, Span)):
        return f"its span is {type(finding.span).__name__}, not Span"
    if finding.severity not in (None, *SEVERITIES):
        return f"its severity is {finding.severity!r}, none of {', '.join(SEVERITIES)}"
    return ""


def _dressed(rule: Rule, findings: Sequence[Finding], graph: Graph) -> Iterator[Found]:
    """One of each line, and of what `allow:` lets be broken there."""
    groups: dict[tuple[Span | None, Severity | None, Allowance | None], list[Finding]] = {}
    for finding in findings:
        span = finding.span or (finding.node.span if finding.node else None)
        groups.setdefault((span, finding.severity, _allowance(rule, finding, graph)), []).append(finding)
    for (span, severity, allowance), group in groups.items():
        layers = tuple(dict.fromkeys([one.node.path for one in group if one.node]))
        diagnostic = _diagnostic(rule, group[0], span, severity or rule.severity, layers, graph)
        yield Found(diagnostic, rule.name, layers, allowance)


def _allowance(rule: Rule, finding: Finding, graph: Graph) -> Allowance | None:
    """What lets a rule be broken here: the nearest, which stands last."""
    for allowance in reversed(graph.allowed):
        if allowance.rule in (rule.code, rule.name) and (
            allowance.layers is None or (finding.node is not None and finding.node.path in allowance.layers)
        ):
            return allowance
    return None


def _diagnostic(
    rule: Rule, finding: Finding, span: Span | None, severity: Severity, layers: tuple[str, ...], graph: Graph
) -> Diagnostic:
    notes = list(chain_of(graph.calls, finding.node.path, span)) if finding.node else []
    if len(layers) > 1:
        others = len(layers) - 1
        more = f", and {others - _NAMED} more" if others > _NAMED else ""
        which = ", ".join(layers[1 : _NAMED + 1])
        notes.append(f"so {'is' if others == 1 else 'are'} {others} more layer{'' if others == 1 else 's'}: {which}{more}")
    notes.append(f"rule: {rule.name}; `archlens rule {rule.code}` says more")
    path = f"{finding.node.path}: " if finding.node else ""
    return Diagnostic(
        code=rule.code,
        message=path + finding.message,
        span=span,
        label=finding.label,
        related=tuple([Label(node.span, text) for node, text in finding.related if node.span and node.span != span]),
        notes=tuple(notes),
        help=finding.help,
        severity=severity,
    )
