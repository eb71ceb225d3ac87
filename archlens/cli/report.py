"""`archlens report`: a page on which a network can be understood."""

from __future__ import annotations

import os
import re
from typing import Any

import click

from archlens.cli.shared import Failures, SpecType, network_options, networks, progress
from archlens.errors import UsageError
from archlens.network import Network

__all__ = ["command"]


@click.command("report")
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...", type=SpecType())
@click.option(
    "-o", "--output", metavar="FILE", help="Where it goes, - for stdout; by default the spec's name, or comparison.html."
)
@click.option("--title", metavar="TEXT", default="", help="What stands over the page.")
@click.option("--force", is_flag=True, help="Write over a file that this command has not written.")
@network_options
def command(specs: tuple[str, ...], output: str | None, title: str, force: bool, **options: Any) -> None:
    """Write a page on which a network can be understood: one HTML file that needs nothing else.

    It has the diagram, every layer with its formulas worked out, charts and the lines of the spec, each linked with the
    others. Several specs, or all variants of one, make a page that compares them.

    \b
    archlens report resnet50
    archlens report my_net.yaml -o my_net.html --input 3x256x256
    archlens report vgg16 resnet50 mobilenet_v1 -o small.html
    archlens report resnet:all

    Exit status: 0 fine, 1 a fault in a spec (a page compares the others), 2 the request could not be met.
    """
    failures = Failures()
    with failures.caught():
        _check(output)
    failures.exit()
    shown = progress()
    found: list[Network] = []
    for target in specs:
        with failures.caught(sized=bool(options["sizes"])), shown(f"analysing {target}"):
            loaded = networks(target, **options)
            for network in loaded:
                network.analyze()
            found += loaded
    if found:
        with failures.caught():
            single = len(specs) == 1 and not specs[0].endswith(":all")
            with shown("writing the page"):
                text = _page(found, single, title)
            _write(_name(specs, found) if output is None else output, text, force)
    failures.exit()


def _check(output: str | None) -> None:
    """Raises UsageError for a name that is none, or says that it is no page."""
    if output is None or output == "-":
        return
    if not output.strip():
        raise UsageError("-o names no file")
    stem, ending = os.path.splitext(output)
    if ending.lower() not in ("", ".html", ".htm"):
        raise UsageError(f"{output}: a report is a page of HTML; call it {stem}.html")


def _page(found: list[Network], single: bool, title: str) -> str:
    if single:
        return found[0].report(title, lambda note: click.echo(f"note: {note}", err=True))
    from archlens.report.site.networks import networks_page

    return networks_page([(network.graph, network.analyze()) for network in found], title)


def _name(specs: tuple[str, ...], found: list[Network]) -> str:
    """`resnet50.html`, `vgg-vgg13.html`, `resnet-all.html`; `comparison.html` of several specs."""
    if len(specs) > 1:
        return "comparison.html"
    name = os.path.basename(specs[0]) if specs[0] != "-" else found[0].spec.name
    for ending in (".yaml", ".yml"):
        name = name.replace(f"{ending}:", ":").removesuffix(ending)
    return f"{re.sub(r'[^0-9A-Za-z_.-]+', '-', name).strip('-.') or 'network'}.html"


def _write(output: str, text: str, force: bool) -> None:
    if output == "-":
        click.echo(text, nl=False)
        return
    from archlens.cli.files import size_line, write_file
    from archlens.report.site.frame import MARK

    write_file(output, text, MARK, force)
    click.echo(size_line(output))
