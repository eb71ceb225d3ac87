"""A name given to a tensor that no line reads.

## What it does

Finds names given by `as:` that no line, no output and no expectation reads, in any use of the block they stand in.

## Why it is bad

A name is given so that something may read it: a skip that was to be joined later and is not. The network compiles without, and
learns without.

## Example

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same
  - relu:
    as: skip
  - conv: 16 3x3 same
  - relu
  - conv: 3 3x3 same
```

## Use instead

Read it, or leave the name out:

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same
  - relu:
    as: skip
  - conv: 16 3x3 same
  - relu
  - concat: [prev, skip]
  - conv: 3 3x3 same
```

## Not reported

A name that stands elsewhere in a spec with `when`, `repeat` or `for`, where a line may read it that does not run for these
parameters. The name of what the network puts out, and of what a layer makes that is reported by ARC520. The first names of a
layer with several outputs where a later one is read: they keep its place. Names in a spec that this one extends: they are
reported there.

## Reference

As unused variables in other languages: `F841` of Ruff, `-Wunused-variable` of GCC.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.errors import Span
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check"]

_AT_TIMES = ("when:", "repeat:", "for:")
"""Keys of lines that run for some parameters and not for others."""


def check(subject: Subject) -> Iterator[Finding]:
    """Every name of the spec itself that nothing reads."""
    graph = subject.graph
    told = _on_unused_layers(subject) if any(rule.name == "unused-layer" for rule in subject.rules) else frozenset()
    for name, span in graph.unread:
        is_label = graph.tensors.get(name) in subject.outputs or name in told
        if span.source.name == graph.spec and not is_label and not _is_read_at_times(name, span):
            yield Finding(
                f"a tensor is called `{name}`, and nothing reads it",
                help=f"join it where it belongs, e.g. `add: [prev, {name}]` or `concat: [prev, {name}]`, or leave the name out",
                label="never read",
                span=span,
            )


def _on_unused_layers(subject: Subject) -> frozenset[str]:
    """The names of tensors that nothing but layers without a use make: these are told by themselves."""
    names: tuple[set[str], set[str]] = set(), set()
    for tensor, name in subject.graph.names.items():
        names[subject.graph.producers[tensor] in subject.needed].add(name)
    return frozenset(names[False] - names[True])


def _is_read_at_times(name: str, span: Span) -> bool:
    """Whether a line may read it that does not run here: the word stands elsewhere in a spec some of whose lines need not run."""
    text = span.source.text
    if not any(word in text for word in _AT_TIMES):
        return False
    import re

    lines = [line.partition(" #")[0] for number, line in enumerate(text.split("\n"), 1) if number != span.line]
    given = span.text
    return "$" in given or any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", line) for line in lines)
