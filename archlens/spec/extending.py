"""`extends:`: one spec on top of another."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from typing import Any

from archlens.errors import did_you_mean
from archlens.spec.document import Mapping, Node, Sequence
from archlens.spec.model import Body, Expectation, Spec, Variant
from archlens.spec.reader import is_empty
from archlens.spec.statements import StatementReader

__all__ = ["merged", "merged_meta", "stated_last", "without_figures"]

_SCOPES = {  # key of a spec → the expected figures that a change of it leaves in doubt; None is all of them
    "input": None,
    "inputs": None,
    "params": None,
    "variants": None,
    "blocks": None,
    "layers": None,
    "outputs": ("output", "classes", "depth", "peak_memory"),
    "freeze": ("trainable_params",),
}


def merged(own: Spec, base: Spec, root: Mapping, read: StatementReader) -> Spec:
    """`own` on top of `base`, the variants it brings included. root: what `own` was read from.

    The base's figures hold for the network they are of, so those that a change puts in doubt are left out;
    budgets are always kept.
    """
    given = [key.text for key, _ in root.pairs]
    for key in given:
        base = _doubted(base, key)
    if not {"layers", "blocks", "input", "inputs", "outputs", "variants"} & {*given}:
        _known_parameters(own, base, read)
    names = {a.name for a in own.params}
    return base._replace(
        source=own.source,
        name=own.name,
        meta=merged_meta(base.meta, own.meta),
        inputs=own.inputs or base.inputs,
        params=(*(a for a in base.params if a.name not in names), *own.params),
        variants=own.variants or tuple([_yielding(variant, own, given) for variant in base.variants]),
        blocks={**base.blocks, **own.blocks},
        layers=_layers(own, base, root.get("layers"), read),
        outputs=own.outputs if "outputs" in given else base.outputs,
        freeze=own.freeze if "freeze" in given else base.freeze,
        expect=stated_last(base.expect, own.expect),
        loss=own.loss or base.loss,
        allow=(*base.allow, *own.allow),
        bases=(base.source.name, *base.bases),
        inherited=frozenset([*base.meta, *_of_variants(base)]).difference(own.meta, _of_variants(own)),
    )


def _of_variants(spec: Spec) -> Iterator[str]:
    """The keys of `meta` that variants state."""
    return (key for variant in spec.variants for key in variant.meta)


def _yielding(variant: Variant, own: Spec, given: list[str]) -> Variant:
    """A variant of the base without what `own` states itself: what stands nearer wins. given: the keys of `own`."""
    names = {a.name for a in own.params}
    return variant._replace(
        params=tuple([a for a in variant.params if a.name not in names]),
        inputs=None if own.inputs else variant.inputs,
        outputs=None if "outputs" in given else variant.outputs,
        freeze=None if "freeze" in given else variant.freeze,
        meta={key: value for key, value in variant.meta.items() if key not in own.meta},
        expect=_unstated(variant.expect, own.expect),
        loss=() if own.loss else variant.loss,
    )


def _known_parameters(own: Spec, base: Spec, read: StatementReader) -> None:
    """Report parameters that the base does not have, where nothing else could read them."""
    known = {a.name for a in (*base.params, *(a for v in base.variants for a in v.params))}
    used = {name for a in own.params for name in a.reads()}
    for argument in own.params:
        if argument.name not in known | used:
            help = did_you_mean(argument.name, known) or f"{base.source.name} has no parameters"
            read.fault("ARC133", f"{base.source.name} has no parameter `{argument.name}`", argument.span, help)


def merged_meta(before: Dict[str, Any], after: Dict[str, Any]) -> Dict[str, Any]:
    """Both, by name; a null of `after` takes out what `before` says, e.g. the accuracy of a network that is changed."""
    return {key: value for key, value in {**before, **after}.items() if value is not None}


def stated_last(before: tuple[Expectation, ...], after: tuple[Expectation, ...]) -> tuple[Expectation, ...]:
    """Both, without those of `before` that `after` states anew: a figure for a figure, a budget for a budget."""
    return (*_unstated(before, after), *after)


def _unstated(before: tuple[Expectation, ...], after: tuple[Expectation, ...]) -> tuple[Expectation, ...]:
    """Those of `before` that `after` does not state anew."""
    stated = {(e.key, e.tensor, e.exact) for e in after}
    return tuple([e for e in before if (e.key, e.tensor, e.exact) not in stated])


def without_figures(spec: Spec, why: str, only: tuple[str, ...] | None = None) -> Spec:
    """`spec` held to its budgets, with a note that says so. only: the keys whose figures are left out."""

    def stays(e: Expectation) -> bool:
        return not e.exact or (only is not None and e.key not in only)

    kept = tuple([e for e in spec.expect if stays(e)])
    variants = tuple([v._replace(expect=tuple([e for e in v.expect if stays(e)])) for v in spec.variants])
    if len(kept) == len(spec.expect) and variants == spec.variants:
        return spec
    which = (
        "expected figures are"
        if only is None
        else f"expected {' and '.join(only)} are"
        if len(only) > 1
        else f"expected {only[0]} is"
    )
    note = f"{which} not checked: {why}"
    notes = spec.notes if note in spec.notes else (*spec.notes, note)
    return spec._replace(expect=kept, variants=variants, notes=notes)


def _doubted(base: Spec, key: str) -> Spec:
    """`base` without the figures that a spec which states `key` leaves in doubt."""
    if key not in _SCOPES:
        return base
    return without_figures(base, f"stated by {base.source.name} for its own `{key}`", _SCOPES[key])


def _layers(own: Spec, base: Spec, node: Node | None, read: StatementReader) -> Body:
    """The base's lines, those replaced that a mapping names."""
    if node is None:
        return base.layers
    if not isinstance(node, Mapping):
        return own.layers
    layers = list(base.layers)
    for key, value in node.pairs:
        places = [i for i, s in enumerate(layers) if s.name is not None and s.name.text == key.text]
        if not places:
            named = [s.name.text for s in layers if s.name is not None]
            help = did_you_mean(key.text, named) or f"give the line a `name:` in {base.source.name}"
            read.fault("ARC134", f"no line of {base.source.name} is named `{key.text[:40]}`", key.span, help)
            continue
        old = layers[places[0]]
        line = Sequence((value,), value.span) if not isinstance(value, Sequence) and not is_empty(value) else value
        body = read.body(line, f"`{key.text}`")
        if len(body) > 1:
            read.fault(
                "ARC105", f"`{key.text}` is one line; several need a block", value.span, "put them in a block under `blocks:`"
            )
        elif body:  # the line keeps the names by which others know it
            body = (body[0]._replace(name=body[0].name or old.name, bind=body[0].bind or old.bind),)
        layers = [s for i, s in enumerate(layers) if i not in places[1:]]
        layers[places[0] : places[0] + 1] = body
    return tuple(layers)
