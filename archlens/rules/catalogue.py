"""Every design rule there is, by code; which of them run."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from archlens.errors import SEVERITIES, UsageError, did_you_mean
from archlens.rules.model import Rule

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["BUILT_IN", "DEFAULT", "LAST", "UNUSED", "all_rules", "chosen_rules", "closeness", "selected"]

_CONVOLUTIONS = ("conv", "depthwise_conv")
_WEIGHED = (*_CONVOLUTIONS, "locally_connected")
_WINDOWS = (*_WEIGHED, "max_pool", "avg_pool", "lp_pool")
_BROADCASTS = ("add", "subtract", "multiply", "divide", "maximum", "minimum")
_ATTENTION = ("multihead_attention", "scaled_dot_product_attention")

BUILT_IN: tuple[Rule, ...] = (
    Rule("ARC501", "dead-taps", "warning", True, (*_CONVOLUTIONS, "conv_transpose")),
    Rule("ARC502", "bias-before-norm", "warning", True, ("batch_norm", "instance_norm", "group_norm")),
    Rule("ARC503", "linear-collapse", "warning", True, (*_CONVOLUTIONS, "conv_transpose", "linear")),
    Rule("ARC504", "normalized-before-loss", "warning"),
    Rule("ARC505", "checkerboard", "warning", True, ("conv_transpose",)),
    Rule("ARC506", "skipped-pixels", "warning", True, _WINDOWS),
    Rule("ARC507", "dropped-pixels", "warning", True, _WINDOWS),
    Rule("ARC508", "windows-in-padding", "warning", True, _WEIGHED),
    Rule("ARC509", "padded-pointwise", "warning", True, _WEIGHED),
    Rule("ARC510", "field-holes", "warning", True, _WINDOWS),
    Rule("ARC511", "misaligned-branches", "warning"),
    Rule("ARC512", "dropout-before-norm", "warning", True, ("dropout",)),
    Rule("ARC513", "silent-broadcast", "warning", True, _BROADCASTS),
    Rule("ARC514", "repeated-layer", "warning"),
    Rule("ARC515", "constant-softmax", "warning", True, ("softmax", "softmin", "log_softmax", *_ATTENTION)),
    Rule("ARC516", "no-op", "warning"),
    Rule("ARC517", "norm-over-one-value", "warning", True, ("layer_norm", "rms_norm", "instance_norm", "batch_norm")),
    Rule("ARC518", "attention-without-position", "warning", True, _ATTENTION),
    Rule("ARC519", "unread-name", "warning"),
    Rule("ARC520", "unused-layer", "warning"),
    Rule("ARC521", "same-twice", "warning", True, (*_BROADCASTS, "concat", "stack")),
    Rule("ARC591", "unused-allow", "warning"),
    Rule("ARC592", "unknown-allow", "warning"),
    Rule("ARC601", "unproductive-layers", "warning", False, _WEIGHED),
    Rule("ARC602", "dominant-layer", "warning", False),
    Rule("ARC603", "fixed-input-size", "warning", False),
    Rule("ARC604", "small-receptive-field", "warning", False),
    Rule("ARC605", "plain-too-deep", "warning", False),
    Rule("ARC606", "saturating-in-a-row", "warning", False, ("sigmoid", "tanh", "softsign", "hardsigmoid", "hardtanh")),
    Rule("ARC607", "representational-bottleneck", "warning", False),
    Rule("ARC608", "narrow-downsampling", "warning", False, _WINDOWS),
    Rule("ARC609", "activation-on-trunk", "warning", False, ("add",)),
    Rule("ARC610", "activation-after-linear-bottleneck", "warning", False, ("conv",)),
    Rule("ARC611", "aliasing-stride", "warning", False, _WINDOWS),
    Rule("ARC612", "average-counts-padding", "warning", False, ("avg_pool",)),
    Rule("ARC613", "even-kernel-shift", "warning", False, _WINDOWS),
    Rule("ARC614", "class-count", "warning"),
    Rule("ARC618", "input-not-multiple", "warning", False, _WINDOWS),
    Rule("ARC701", "channel-multiple", "warning", False, ("conv", "conv_transpose", "linear")),
    Rule("ARC702", "unequal-width", "warning", False, ("conv",)),
    Rule("ARC703", "many-groups", "warning", False, ("conv", "conv_transpose")),
    Rule("ARC704", "fragmentation", "warning", False),
    Rule("ARC705", "elementwise-traffic", "warning", False),
)
"""Those of archlens, in the order of their codes: 5 what is wasted or means nothing, on by default; 6 capacity and resolution, 7
speed, on request but for few."""

UNUSED = "ARC591"
"""Whether it is broken shows only when all variants of a spec are looked at."""

LAST = ("ARC592", UNUSED)
"""About `allow:`, so they run when all others have, in this order."""

DEFAULT = "default"
"""Selects the rules that are on by default."""

_GROUP = "archlens.rules"
_FAULTS = ("ARC0", "ARC1", "ARC2", "ARC3", "ARC4")  # codes of what is wrong whatever the design


@cache
def all_rules(told: Callable[[str], None] = lambda problem: None) -> Mapping[str, Rule]:
    """By code, the rules of archlens and those that installed packages bring under the entry point `archlens.rules`.

    told: hears what is wrong with one of these; it is left out.
    """
    found = {rule.code: rule for rule in BUILT_IN}
    for entry in _entry_points():
        name = f"{entry.value} (entry point `{entry.name}`)"
        try:
            rule = entry.load()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a package of others does when it is imported
            told(f"the rule {name} is left out: {type(error).__name__}: {error}")
            continue
        problem = _problem(rule, found)
        if problem:
            told(f"the rule {name} is left out: {problem}")
        else:
            found[rule.code] = rule
    return found


def _problem(rule: object, known: Mapping[str, Rule]) -> str:
    """Why an object cannot be a rule beside the known ones; empty where it can."""
    if not isinstance(rule, Rule):
        return f"it is no archlens Rule but {type(rule).__name__}"
    if not _is_code(rule.code):
        return f"a code is capital letters and digits, not {rule.code!r}"
    if not _is_name(rule.name):
        return f"a name is small letters, digits and hyphens, and neither `default` nor `all`, not {rule.name!r}"
    if rule.severity not in SEVERITIES:
        return f"its severity is {rule.severity!r}, none of {', '.join(SEVERITIES)}"
    if not isinstance(rule.types, tuple):
        return f"`types` must be a tuple of layer types, not {rule.types!r}"
    if not _is_written(rule.written):
        return "`written` must hold its check, a function, and its manual, a text"
    if rule.code in known or rule.name in [other.name for other in known.values()]:
        return f"the code {rule.code} or the name {rule.name} is taken"
    if rule.code.startswith("ARC"):
        return f"codes that begin with ARC are archlens's own, not {rule.code}"
    return ""


def _is_code(code: object) -> bool:
    letters = code.rstrip("0123456789") if isinstance(code, str) else ""
    return letters.isalpha() and letters.isascii() and letters.isupper() and letters != code


def _is_name(name: object) -> bool:
    letters = name.replace("-", "") if isinstance(name, str) else ""
    return letters.isalnum() and letters.isascii() and letters.islower() and name not in (DEFAULT, "all")


def _is_written(written: object) -> bool:
    if not isinstance(written, tuple) or len(written) != 2:
        return False
    return callable(written[0]) and isinstance(written[1], str) and bool(written[1].strip())


def chosen_rules(
    select: Sequence[str] | None = None,
    extend: Sequence[str] = (),
    ignore: Sequence[str] = (),
    told: Callable[[str], None] | None = None,
) -> tuple[Rule, ...]:
    """The rules that run: those that `select` and `extend` name, but for those that `ignore` names.

    Each is a code, the beginning of one (`ARC6`), a name, `default` or `all`; without `select`, those that are on by default. A
    name that is longer than another's wins over it: `ARC6` may be ignored and `ARC603` selected. Raises UsageError for a selector
    that means no rule. told: see `all_rules`.
    """
    rules = all_rules(told) if told else all_rules()
    wanted = [(selector, True) for selector in (*((DEFAULT,) if select is None else select), *extend)]
    decided: dict[str, tuple[int, bool]] = {}
    for selector, runs in (*wanted, *((selector, False) for selector in ignore)):
        for rule in selected(selector, rules):
            weight = closeness(selector, rule)
            if weight >= decided.get(rule.code, (0, False))[0]:
                decided[rule.code] = weight, runs
    return tuple([rule for code, rule in rules.items() if decided.get(code, (0, False))[1]])


def closeness(selector: str, rule: Rule) -> int:
    """How closely a selector names a rule: `all` and `default` least, its code or its name most."""
    if selector in (DEFAULT, "all"):
        return 0
    return sys.maxsize if selector == rule.name or selector.upper() == rule.code else len(selector)


def selected(selector: str, rules: Mapping[str, Rule] | None = None) -> tuple[Rule, ...]:
    """The rules that a selector means. Raises UsageError where it means none."""
    rules = all_rules() if rules is None else rules
    if selector == "all":
        return tuple(rules.values())
    if selector == DEFAULT:
        return tuple([rule for rule in rules.values() if rule.on])
    named = [rule for rule in rules.values() if rule.name == selector]
    found = named or [rule for code, rule in rules.items() if selector and code.startswith(selector.upper())]
    if not found:
        known = [*rules, *(rule.name for rule in rules.values())]
        if selector.upper().startswith(_FAULTS):
            always = "faults and missed expectations are always told; a baseline keeps old ones out of sight"
            raise UsageError(f"{selector} is no design rule: {always}")
        near = did_you_mean(selector, known)
        raise UsageError(f"no rule is called `{selector}`; {near or '`archlens rule` lists them'}")
    return tuple(found)


def _entry_points() -> Iterable[EntryPoint]:
    """The entry points of the group; `importlib.metadata`, which takes 30 ms to import, is asked only where a package has any."""
    if not any(_has_group(folder) for folder in dict.fromkeys(sys.path)):
        return ()
    from importlib.metadata import entry_points

    return sorted(entry_points(group=_GROUP), key=lambda entry: entry.name)


def _has_group(folder: str) -> bool:
    """Whether a distribution installed in a folder has entry points of the group."""
    try:
        names = os.listdir(folder or ".")
    except OSError:
        return os.path.isfile(folder)  # an archive cannot be looked into so cheaply
    for name in names:
        if name.endswith((".dist-info", ".egg-info")):
            try:
                with open(os.path.join(folder, name, "entry_points.txt"), "rb") as file:
                    if b"[" + _GROUP.encode() + b"]" in file.read():
                        return True
            except OSError:
                continue
    return False
