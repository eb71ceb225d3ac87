"""Files and names → Spec: where a spec is found, what it extends, which variant is meant."""

from __future__ import annotations

import os
from collections.abc import Mapping

from archlens.errors import Diagnostic, Source, Span, SpecError, Unreadable, UsageError, closest, did_you_mean
from archlens.spec.document import Mapping as Node
from archlens.spec.model import Argument, InputSpec, Spec, Variant
from archlens.spec.parse import extended, parse_root, parse_spec
from archlens.spec.reader import Reader

__all__ = ["load_spec", "load_specs", "overridden", "resized", "select", "shipped", "without_figures"]

MAX_BYTES = 1_000_000
_SUFFIXES = (".yaml", ".yml")


def shipped() -> dict[str, str]:
    """Every spec that comes with archlens: name → path."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder in (os.path.join(here, "specs"), os.path.join(os.path.dirname(here), "specs")):  # installed, or a checkout
        if os.path.isdir(folder):
            return {f[: -len(".yaml")]: os.path.join(folder, f) for f in sorted(os.listdir(folder)) if f.endswith(".yaml")}
    return {}


def load_spec(target: str, params: Mapping[str, str] | None = None) -> Spec:
    """The one network that `target` names: a path, a shipped name or `-` (stdin), then `:variant` if it has several.

    params: values for parameters as written in a spec, e.g. `{"alpha": "0.5"}`.
    Raises SpecError for faults in the file, UsageError for a target that names nothing.
    """
    return load_specs(target, params)[0]


def load_specs(target: str, params: Mapping[str, str] | None = None) -> list[Spec]:
    """As `load_spec`; `target:all` gives every variant."""
    path, variant = _split(target)
    spec = _read(_find(path), ())
    if variant == "all":
        if not spec.variants:
            raise UsageError(f"{spec.source.name} has no variants; leave `:all` out")
        chosen = [select(spec, v.name) for v in spec.variants]
    else:
        chosen = [select(spec, variant)]
    return [overridden(one, params) if params else one for one in chosen]


def _split(target: str) -> tuple[str, str | None]:
    """Path and variant of `path:variant`."""
    path, colon, variant = target.rpartition(":")
    if not colon or not path or os.path.exists(target) or any(c in variant for c in "/\\"):
        return target, None
    return path, variant


def _find(target: str, beside: str = "") -> str:
    """The path that a path or name stands for; raises UsageError when there is none."""
    if target == "-":
        return target
    known = shipped()
    if not (target.endswith(_SUFFIXES) or os.sep in target or "/" in target):
        for suffix in _SUFFIXES if beside else ():
            near = os.path.join(beside, target + suffix)
            if os.path.isfile(near):
                return near
        if target in known:
            return _near(known[target])
        if not os.path.exists(target):
            near_name = closest(target, known)
            cure = f"did you mean `{near_name}`?" if near_name else "`archlens specs` lists them"
            raise UsageError(f"no file and no shipped spec is called `{target}`; {cure}")
    path = os.path.join(beside, target) if beside else target
    if not os.path.exists(path):
        stem = os.path.basename(target).removesuffix(".yaml").removesuffix(".yml")
        cure = f"; the shipped spec is called `{stem}`" if stem in known else ""
        raise UsageError(f"no file {path}{cure}")
    return path


def _near(path: str) -> str:
    """`path` from here when it lies below the working folder: what people would type."""
    here = os.getcwd() + os.sep
    return path[len(here) :] if path.startswith(here) else path


def _source(path: str) -> Source:
    """The text of a file; raises Unreadable when it is none."""
    name = "<stdin>" if path == "-" else path
    try:
        if path == "-":
            import sys

            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unreadable(Diagnostic("ARC001", f"{name} cannot be read: {reason}", None, help="give a spec file or a shipped name")) from None
    if len(data) > MAX_BYTES:
        help = "a spec holds structure, not data; use blocks, `repeat` and `for`"
        raise Unreadable(Diagnostic("ARC001", f"{name} is larger than {MAX_BYTES // 1_000_000} MB", None, help=help))
    try:
        return Source(name, data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"{name} is not UTF-8 text: byte {error.start} (line {line}) is 0x{data[error.start]:02x}"
        raise Unreadable(Diagnostic("ARC002", message, None, help="save the file as UTF-8")) from None


def _read(path: str, chain: tuple[tuple[str, str], ...]) -> Spec:
    """The spec in `path` on top of what it extends. chain: (absolute path, shown) of the files on the way here."""
    source = _source(path)
    faults: list[Diagnostic] = []
    root = parse_root(source, faults)
    base = _base(source, root, path, chain, faults)
    spec = parse_spec(source, root, base, faults)
    if faults:
        raise SpecError(*faults)
    return spec


def _base(source: Source, root: Node, path: str, chain: tuple[tuple[str, str], ...], faults: list[Diagnostic]) -> Spec | None:
    target = extended(root)
    if target is None:
        return None
    name, variant = _split(target.text)
    here = (os.path.abspath(path), source.name)
    try:
        found = _find(name, beside=os.path.dirname(path) or ".")
    except UsageError as error:
        raise SpecError(*faults, Diagnostic("ARC108", f"`extends`: {error}", target.span)) from None
    links = (*chain, here)
    if os.path.abspath(found) in [link for link, _ in links] or len(links) > 20:
        shown = " → ".join([*(s for _, s in links), found])
        raise SpecError(*faults, Diagnostic("ARC109", f"`extends` goes in a circle: {shown}", target.span, help="let one of them stand alone"))
    base = _read(found, links)
    if variant is not None:
        try:
            return select(base, variant)
        except UsageError as error:
            raise SpecError(*faults, Diagnostic("ARC108", f"`extends`: {error}", target.span)) from None
    return base


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
    stated = {(e.key, e.tensor) for e in variant.expect}
    return spec._replace(
        variant=variant.name,
        variants=(),
        params=(*(a for a in spec.params if a.name not in names), *variant.params),
        inputs=variant.inputs or spec.inputs,
        freeze=variant.freeze if variant.freeze is not None else spec.freeze,
        meta={**spec.meta, **variant.meta},
        expect=(*(e for e in spec.expect if (e.key, e.tensor) not in stated), *variant.expect),
    )


def overridden(spec: Spec, params: Mapping[str, str]) -> Spec:
    """`spec` with parameters set from outside; published figures no longer hold and are left out."""
    known = [a.name for a in spec.params]
    faults: list[Diagnostic] = []
    values: dict[str, Argument] = {}
    for name, text in params.items():
        if name not in known:
            raise UsageError(f"{spec.source.name} has no parameter `{name}`; {did_you_mean(name, known) or 'it has none'}")
        source = Source(f"-p {name}", text)
        values[name] = Reader(source, faults).value(text, Span(source, 1, 1, len(text) + 1), name)
    if faults:
        raise SpecError(*faults)
    spec = spec._replace(params=tuple(values.get(a.name, a) for a in spec.params))
    return without_figures(spec, "-p changes the network")


def resized(spec: Spec, sizes: Mapping[str, str]) -> Spec:
    """`spec` with other input sizes, by input name (an empty name is the only input)."""
    names = [item.name for item in spec.inputs]
    faults: list[Diagnostic] = []
    given: dict[str, InputSpec] = {}
    for name, text in sizes.items():
        if not name and len(names) != 1:
            raise UsageError(f"{spec.source.name} has {len(names)} inputs; name the one you mean: {names[0] if names else 'x'}={text}")
        if name and name not in names:
            raise UsageError(f"{spec.source.name} has no input `{name}`; {did_you_mean(name, names)}")
        source = Source("--input", text)
        span = Span(source, 1, 1, len(text) + 1)
        given[name or names[0]] = InputSpec(name or names[0], Reader(source, faults).value(text, span), span)
    if faults:
        raise SpecError(*faults)
    return without_figures(spec._replace(inputs=tuple(given.get(item.name, item) for item in spec.inputs)), "--input changes the network")


def without_figures(spec: Spec, why: str) -> Spec:
    """`spec` held to its budgets only, with a note that says so."""
    kept = tuple(e for e in spec.expect if not e.exact)
    if len(kept) == len(spec.expect):
        return spec
    return spec._replace(expect=kept, notes=(*spec.notes, f"expected figures are not checked: {why}"))
