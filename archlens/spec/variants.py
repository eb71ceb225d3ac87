"""What is settled from outside: the variant, parameters and input sizes."""

from __future__ import annotations

from collections.abc import Mapping

from archlens.errors import Source, Span, SpecError, UsageError, did_you_mean
from archlens.spec.extending import merged_meta, stated_last, without_figures
from archlens.spec.faults import Faults
from archlens.spec.model import Argument, InputSpec, Spec, Variant
from archlens.spec.reader import Reader

__all__ = ["overridden", "resized", "select"]


def select(spec: Spec, name: str | None) -> Spec:
    """`spec` with the variant called `name` settled; the first where none is named.

    Raises UsageError when there is no such variant.
    """
    if name is None:
        return _with_variant(spec, spec.variants[0]) if spec.variants else spec
    for variant in spec.variants:
        if variant.name == name:
            return _with_variant(spec, variant)
    if not spec.variants:
        raise UsageError(f"{spec.source.name} has no variants, so none called `{name}`")
    names = [v.name for v in spec.variants]
    raise UsageError(f"{spec.source.name} has no variant `{name}`; {did_you_mean(name, names) or 'it has ' + ', '.join(names)}")


def _with_variant(spec: Spec, variant: Variant) -> Spec:
    names = {a.name for a in variant.params}
    return spec._replace(
        variant=variant.name,
        variants=(),
        params=(*(a for a in spec.params if a.name not in names), *variant.params),
        inputs=variant.inputs or spec.inputs,
        outputs=variant.outputs if variant.outputs is not None else spec.outputs,
        freeze=variant.freeze if variant.freeze is not None else spec.freeze,
        meta=merged_meta(spec.meta, variant.meta),
        expect=stated_last(spec.expect, variant.expect),
        loss=variant.loss or spec.loss,
        allow=(*spec.allow, *variant.allow),
    )


def overridden(spec: Spec, params: Mapping[str, str]) -> Spec:
    """`spec` with parameters set from outside; its figures no longer hold and are left out."""
    known = [a.name for a in spec.params]
    faults = Faults()
    values: dict[str, Argument] = {}
    for name, text in params.items():
        if name not in known:
            raise UsageError(f"{spec.source.name} has no parameter `{name}`; {did_you_mean(name, known) or 'it has none'}")
        values[name] = _outside(f"-p {name}", text, name, faults)
    if faults.found:
        raise SpecError(*faults.found)
    spec = spec._replace(params=tuple([values.get(a.name, a) for a in spec.params]))
    return without_figures(spec, "-p changes the network")


def resized(spec: Spec, sizes: Mapping[str, str]) -> Spec:
    """`spec` with other input sizes, by input name (an empty name is the only input)."""
    names = [item.name for item in spec.inputs]
    faults = Faults()
    given: dict[str, InputSpec] = {}
    for name, text in sizes.items():
        if not name and len(names) != 1:
            hint = f"name the one you mean: {names[0]}={text}" if names else "there is none to change"
            raise UsageError(f"{spec.source.name} has {len(names)} inputs; {hint}")
        if name and name not in names:
            raise UsageError(f"{spec.source.name} has no input `{name}`; {did_you_mean(name, names) or 'it has none'}")
        value = _outside("--input", text, name or names[0], faults)
        given[name or names[0]] = InputSpec(name or names[0], value, value.span)
    if faults.found:
        raise SpecError(*faults.found)
    spec = spec._replace(inputs=tuple([given.get(item.name, item) for item in spec.inputs]))
    return without_figures(spec, "--input changes the network")


def _outside(place: str, text: str, name: str, faults: Faults) -> Argument:
    """A value given on the command line, which is its own source."""
    source = Source(place, text)
    return Reader(source, faults).value(text, Span(source, 1, 1, len(text) + 1), name)
