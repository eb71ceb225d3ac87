"""An `allow:` for a rule that there is not.

## What it does

Finds lines of `allow:` that name no rule by its code or its name.

## Why it is bad

A misspelt name allows nothing; the rule that is meant goes on reporting.

## Example

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same
    allow: {bias-before-batchnorm: the published weights have it}
  - relu
```

## Use instead

The code or the name as `archlens rule` lists them:

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same
    allow: {bias-before-norm: the published weights have it}
  - batch_norm
  - relu
```

## Not reported

Rules of installed packages are known as well as archlens's own.

## Reference

As the misspelt suppressions of other checkers: `RUF100` of Ruff reports a code that it does not know.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.errors import did_you_mean
from archlens.rules.catalogue import all_rules
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Every line of `allow:` in the spec itself whose rule is unknown."""
    if not subject.graph.allowed:
        return
    known = {word for rule in all_rules().values() for word in (rule.code, rule.name)}
    for allowance in subject.graph.allowed:
        if allowance.rule not in known and allowance.span.source.name == subject.graph.spec:
            help = did_you_mean(allowance.rule, known) or "`archlens rule` lists the rules"
            yield Finding(f"no rule is called `{allowance.rule}`", help=help, span=allowance.span)
