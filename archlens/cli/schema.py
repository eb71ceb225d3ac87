"""`archlens schema`: the spec language for editors."""

from __future__ import annotations

import click

__all__ = ["command"]


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of the spec language, generated from the layer classes.

    Editors complete and check specs with it. For the YAML language server, put this line first in a spec:

    \b
    # yaml-language-server: $schema=archlens.schema.json

    \b
    archlens schema > archlens.schema.json
    """
    import json

    from archlens.spec.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
