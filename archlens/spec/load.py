"""Files, files of git revisions and names → Spec: where a spec is found, and what it extends."""

from __future__ import annotations

import os
from collections.abc import Mapping

from archlens.errors import Diagnostic, Source, SpecError, Unreadable, UsageError, closest
from archlens.spec.document import Mapping as Node
from archlens.spec.faults import Faults
from archlens.spec.files import DISK, MAX_BYTES, SUFFIXES, Files
from archlens.spec.model import Spec
from archlens.spec.parse import extended, parse_root, parse_spec
from archlens.spec.variants import overridden, select

__all__ = [
    "MAX_CHAIN",
    "extended_path",
    "load_family",
    "load_spec",
    "load_specs",
    "shipped",
    "spec_of_text",
    "stdin_bytes",
    "variants_of",
]

MAX_CHAIN = 20


def shipped() -> dict[str, str]:
    """Every spec that comes with archlens: name → path."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder in (os.path.join(here, "specs"), os.path.join(os.path.dirname(here), "specs")):  # installed, or a checkout
        if os.path.isdir(folder):
            return {f[: -len(".yaml")]: os.path.join(folder, f) for f in sorted(os.listdir(folder)) if f.endswith(".yaml")}
    return {}


def load_spec(target: str, params: Mapping[str, str] | None = None) -> Spec:
    """The one network that `target` names: a path, a shipped name or `-` (stdin), then `:variant` if it has several.

    `REV:path` is the file as a git revision has it, where there is no file of that name.

    params: values for parameters as written in a spec, e.g. `{"alpha": "0.5"}`.
    Raises SpecError for a file that is no spec at all (other faults are in `Spec.faults`, which building
    reports), UsageError for a target that names nothing.
    """
    return load_specs(target, params)[0]


def load_specs(target: str, params: Mapping[str, str] | None = None) -> list[Spec]:
    """As `load_spec`; `target:all` gives every variant."""
    path, variant = _split(target)
    spec = _read(*_found(path), ())
    if variant == "all":
        if not spec.variants:
            raise UsageError(f"{spec.source.name} has no variants; leave `:all` out")
        chosen = [select(spec, v.name) for v in spec.variants]
    else:
        chosen = [select(spec, variant)]
    return [overridden(one, params) if params else one for one in chosen]


def variants_of(target: str) -> tuple[str, ...]:
    """The variants that `target:` may be followed by; none where it names one already, or is stdin. Raises as `load_spec`."""
    path, variant = _split(target)
    if variant is not None or path == "-":
        return ()
    return tuple([variant.name for variant in _read(*_found(path), ()).variants])


def extended_path(path: str) -> str | None:
    """The file that the one in `path` extends, or would; None where it extends none, or cannot be read."""
    try:
        target = extended(parse_root(_source(DISK, path), Faults()))
    except SpecError:
        return None
    if target is None or target.text == "-":
        return None
    name, beside = _split(target.text)[0], os.path.dirname(path) or "."
    try:
        return _find(name, DISK, beside)[1]
    except UsageError:
        return os.path.normpath(os.path.join(beside, name if name.endswith(SUFFIXES) else f"{name}.yaml"))


def load_family(target: str, data: bytes | None = None) -> tuple[list[Spec], bool]:
    """As `load_specs`, but where no variant is named it gives every one; and whether these are all that there are.

    data: what the file says, where it comes from elsewhere; `target` is then what messages call it.
    """
    path, variant = _split(target) if data is None else (target, None)
    spec = _read(*_found(path), ()) if data is None else _parsed(_decoded(target, data), DISK, target, ())
    if variant in (None, "all") and spec.variants:
        return [select(spec, v.name) for v in spec.variants], True
    return [select(spec, None if variant == "all" else variant)], len(spec.variants) < 2


def stdin_bytes() -> bytes:
    """What stdin says, as far as a spec may be long. Raises Unreadable."""
    return _bytes(DISK, "-")


def spec_of_text(text: str, name: str = "<text>") -> Spec:
    """The spec that `text` is; raises SpecError. name: what messages call it; what it extends is sought from here."""
    return select(_parsed(Source(name, text), DISK, name, ()), None)


def _split(target: str) -> tuple[str, str | None]:
    """Path and variant of `path:variant`."""
    path, colon, variant = target.rpartition(":")
    if not colon or not path or os.path.exists(target) or any(c in variant for c in "/\\"):
        return target, None
    if variant.endswith(SUFFIXES) and not os.path.exists(path):  # the file of a revision
        return target, None
    return path, variant


def _found(target: str) -> tuple[Files, str]:
    """Where the spec is that a person names."""
    if ":" in target and not os.path.exists(target):
        from archlens.spec.git import revision_file

        found = revision_file(target)
        if found is not None:
            revision, path = found
            if not revision.exists(path):
                raise UsageError(f"there is no file {path} in {revision.name}{revision.near(path)}")
            return found
    return _find(target)


def _find(target: str, files: Files = DISK, beside: str = "") -> tuple[Files, str]:
    """Where the file is that a path or name stands for; raises UsageError when there is none.

    files, beside: where it is named, and the folder of the file that does.
    """
    if target == "-":
        return DISK, target
    known = shipped()
    if not (target.endswith(SUFFIXES) or os.sep in target or "/" in target):
        for suffix in SUFFIXES if beside else ():
            near = os.path.normpath(os.path.join(beside, target + suffix))
            if files.is_file(near):
                return files, near
        if target in known:
            return DISK, _near(known[target])
        if not files.exists(target):
            near_name = closest(target, known)
            cure = f"did you mean `{near_name}`?" if near_name else "`archlens specs` lists them"
            raise UsageError(f"no file and no shipped spec is called `{target}`; {cure}")
    path = os.path.normpath(os.path.join(beside, target)) if beside else target
    if not files.exists(path):
        stem = os.path.basename(target).removesuffix(".yaml").removesuffix(".yml")
        cure = f"; the shipped spec is called `{stem}`" if stem in known else ""
        raise UsageError(f"no file {files.shown(path)}{cure}")
    return files, path


def _near(path: str) -> str:
    """`path` from here when it lies below the working folder: what people would type."""
    here = os.getcwd() + os.sep
    return path.removeprefix(here)


def _source(files: Files, path: str) -> Source:
    """The text of a file; raises Unreadable when it is none."""
    return _decoded(files.shown(path), _bytes(files, path))


def _bytes(files: Files, path: str) -> bytes:
    try:
        return files.read(path)
    except OSError as error:
        message = f"{files.shown(path)} cannot be read: {error.strerror or error}"
        raise Unreadable(Diagnostic("ARC001", message, help="give a spec file or the name of a shipped spec")) from None


def _decoded(name: str, data: bytes) -> Source:
    """What bytes say; raises Unreadable when that is no text, or too much."""
    if len(data) > MAX_BYTES:
        help = "a spec holds structure, not data; use blocks, `repeat` and `for`"
        raise Unreadable(Diagnostic("ARC001", f"{name} is larger than {MAX_BYTES // 1_000_000} MB", help=help))
    try:
        return Source(name, data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"{name} is not UTF-8 text: byte {error.start} (line {line}) is 0x{data[error.start]:02x}"
        raise Unreadable(Diagnostic("ARC002", message, help="save the file as UTF-8")) from None


def _read(files: Files, path: str, chain: tuple[tuple[str, str], ...]) -> Spec:
    """The spec in `path` on top of what it extends. chain: (identity, shown) of the files on the way here."""
    return _parsed(_source(files, path), files, path, chain)


def _parsed(source: Source, files: Files, path: str, chain: tuple[tuple[str, str], ...]) -> Spec:
    faults = Faults()
    root = parse_root(source, faults)
    base = _base(source, root, files, path, chain, faults)
    if base is not None and base.faults:
        faults = Faults((*base.faults, *faults.found))
    return parse_spec(source, root, base, faults)


def _base(source: Source, root: Node, files: Files, path: str, chain: tuple[tuple[str, str], ...], faults: Faults) -> Spec | None:
    """What `extends:` names; None where there is nothing of the kind."""
    target = extended(root)
    if target is None:
        return None
    name, variant = _split(target.text)
    try:
        home, found = _find(name, files, os.path.dirname(path) or ".") if name != "-" else (files, "")
    except UsageError as error:
        help = "paths are relative to this file; names are those of `archlens specs`"
        raise SpecError(*faults.found, Diagnostic("ARC108", f"`extends`: {error}", target.span, help=help)) from None
    links = (*chain, (files.identity(path), source.name))
    if home.identity(found) in [link for link, _ in links]:
        shown = " → ".join([*(s for _, s in links), home.shown(found)])
        message, help = f"`extends` goes in a circle: {shown}", "let one of them stand alone"
        raise SpecError(*faults.found, Diagnostic("ARC109", message, target.span, help=help))
    if len(links) > MAX_CHAIN or not found:
        message = f"`extends` over more than {MAX_CHAIN} files" if found else "`extends` must name a file, not stdin"
        raise SpecError(*faults.found, Diagnostic("ARC109", message, target.span, help="extend a spec nearer to the root"))
    try:
        base = _read(home, found, links)
        return select(base, variant) if variant is not None else base
    except UsageError as error:
        raise SpecError(*faults.found, Diagnostic("ARC108", f"`extends`: {error}", target.span)) from None
    except SpecError as error:
        note = f"extended by {source.name}, line {target.span.line}"
        raise type(error)(*faults.found, *(d._replace(notes=(*d.notes, note)) for d in error.diagnostics)) from None
