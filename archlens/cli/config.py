"""`archlens config`: the settings of `archlens check`, and where each comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from archlens.cli.check import settings_from, settings_options
from archlens.cli.shared import Failures
from archlens.gate.options import OPTIONS
from archlens.gate.plan import plan_of
from archlens.gate.settings import DEFAULT

if TYPE_CHECKING:
    from archlens.gate.settings import Settings

__all__ = ["command"]


@click.command("config")
@settings_options
@click.option("--json", "as_json", is_flag=True, help="For a tool.")
def command(as_json: bool, **options: Any) -> None:
    """Show the settings of `archlens check`, and where each comes from.

    They are those of `archlens.toml`, or of `[tool.archlens]` in `pyproject.toml`, whichever is nearest from
    here upward; options win. What is printed can stand in such a file.

    \b
    archlens config
    archlens config --select ARC5 --fail-on error
    archlens config --isolated --json

    Exit status: 0 fine, 2 a configuration that is faulty.
    """
    failures = Failures()
    with failures.caught():
        settings = settings_from(options)
        plan_of(settings)  # which knows whether the rules are there
        click.echo(_json(settings) if as_json else _toml(settings))
    failures.exit()


def _place(settings: Settings, name: str) -> str:
    return settings.origins[name].place if name in settings.origins else DEFAULT


def _json(settings: Settings) -> str:
    import json

    values = {
        name: {"value": _plain(settings.value(name), option.kind), "from": _place(settings, name)}
        for name, option in OPTIONS.items()
    }
    return json.dumps({"schema": 1, "file": settings.file, "settings": values}, indent=2)


def _toml(settings: Settings) -> str:
    """Lines of a configuration file; what is not set is a comment."""
    lines = []
    for name, option in OPTIONS.items():
        value = _plain(settings.value(name), option.kind)
        text = f"# {name}" if value is None else f"{name} = {_spelled(value)}"
        lines.append((text, _place(settings, name), option.about))
    widths = [max(len(line[column]) for line in lines) for column in (0, 1)]
    wide = min(widths[0], 40)
    return "\n".join([f"{text:<{wide}}  # {place:<{widths[1]}}  {about}" for text, place, about in lines])


def _plain(value: Any, kind: str) -> Any:
    """A value as JSON and TOML have it."""
    if kind.startswith("table"):
        return {key: list(one) if isinstance(one, tuple) else one for key, one in value}
    return list(value) if isinstance(value, tuple) else value


def _spelled(value: Any) -> str:
    """A value in TOML."""
    import json

    if isinstance(value, dict):
        return "{" + ", ".join([f"{json.dumps(key)} = {_spelled(one)}" for key, one in value.items()]) + "}"
    return json.dumps(value, ensure_ascii=False)
