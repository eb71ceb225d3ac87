"""An `allow:` for a rule that is not broken.

## What it does

Finds lines of `allow:` whose rule finds nothing in the layers that they are about, in any variant of the spec.

## Why it is bad

It says of a design what is no longer true, and would hide the fault that somebody makes there later.

## Example

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same bias=false
    allow: {bias-before-norm: the published weights have it}
  - batch_norm
  - relu
```

## Use instead

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same bias=false
  - batch_norm
  - relu
```

## Not reported

A line about a rule that does not run, since nobody knows whether it is broken; one about this rule; and what stands in a spec
that this one extends: it is reported there.

## Reference

As the unused suppressions of other checkers: `RUF100` of Ruff, `--warn-unused-ignores` of mypy.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Every line of `allow:` in the spec itself whose rule ran and broke nothing there."""
    running = {word for rule in subject.rules if rule.name != "unused-allow" for word in (rule.code, rule.name)}
    for allowance in subject.graph.allowed:
        own = allowance.span.source.name == subject.graph.spec
        if own and allowance.rule in running and allowance.span not in subject.used:
            yield Finding(
                f"`{allowance.rule}` is allowed, but nothing here breaks it",
                help="remove the line",
                label=f"because: {allowance.reason}",
                span=allowance.span,
            )
