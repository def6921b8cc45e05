"""``flask mail``: every letter that the portal writes, to be read before anybody gets one."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from portal.cli.words import show_table
from portal.language import DEFAULT, LANGUAGES
from portal.mail.drafts import Reader, Written
from portal.mail.letters import KINDS
from portal.services import sender

group = AppGroup("mail", help="The letters that the portal writes.")


@group.command("list")
def show() -> None:
    """List every kind of letter, and what it is for."""
    show_table(["KIND", "WHAT IT IS FOR"], [[name, KINDS[name].purpose] for name in sorted(KINDS)])


@group.command()
@click.argument("kind", required=False)
@click.option("--language", type=click.Choice(list(LANGUAGES)), help="In which language.  [default: en]")
@click.option("--html", is_flag=True, help="As HTML rather than as plain text.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write files into this folder, text and HTML, in every language unless one is named; index.html lists them.",
)
def preview(kind: str | None, language: str | None, html: bool, output: Path | None) -> None:
    """Show a letter of this KIND, or one of each, with made-up facts.

    Nothing is sent. The seller's name and the support contact are those of the settings.
    """
    if kind is not None and kind not in KINDS:
        raise click.BadParameter(f"there is no {kind}; `flask mail list` names them all", param_hint="KIND")
    kinds = [kind] if kind else sorted(KINDS)
    if output:
        written = _write(
            [_letter(one, code) for one in kinds for code in ([language] if language else LANGUAGES)], output
        )
        click.echo(f"{written} files written; open {output / 'index.html'} in a browser.")
        return
    for one in kinds:
        letter = _letter(one, language or DEFAULT)
        if html:
            click.echo(letter.html)
        else:
            click.secho(f"[{one}] {letter.subject}", bold=True)
            click.echo(f"\n{letter.text}")


def _letter(kind: str, language: str) -> Written:
    return KINDS[kind].example(sender()).write(Reader(language))


def _write(written: list[Written], folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for letter in written:
        name = f"{letter.kind}.{letter.language}"
        (folder / f"{name}.txt").write_text(f"Subject: {letter.subject}\n\n{letter.text}", encoding="utf-8")
        (folder / f"{name}.html").write_text(letter.html, encoding="utf-8")
        rows.append(f'<li><a href="{name}.html">{name}</a> (<a href="{name}.txt">text</a>)</li>')
    page = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Letters</title><ul>{"".join(rows)}</ul></html>'
    (folder / "index.html").write_text(page, encoding="utf-8")
    return 2 * len(written) + 1
