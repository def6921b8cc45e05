"""The two frames that every letter is put into: plain text, and HTML that common mail programs show well."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from portal.language import gettext as _
from portal.language import language
from portal.mail.content import Button, Content, Facts, Part, Quiet, Sender, Steps


def as_text(content: Content, sender: Sender) -> str:
    """The letter as plain text."""
    pieces = [*(_text(part) for part in content.parts), *_sign_off(sender), _help(sender), sender.seller]
    return "\n\n".join(pieces) + "\n"


def as_html(content: Content, sender: Sender, code: str) -> str:
    """The letter as HTML: no image, no script, nothing that is fetched from anywhere."""
    return _frame().render(
        content=content,
        sender=sender,
        language=code,
        help=_help(sender),
        sign_off=_sign_off(sender),
        kind_of=_kind,
    )


def _sign_off(sender: Sender) -> list[str]:
    words = sender.wording.get(language(), {}).get("mail_sign_off")
    return [words] if words else []


def _help(sender: Sender) -> str:
    return _("Need help? %(support)s", support=sender.support)


def _text(part: Part) -> str:
    if isinstance(part, Button):
        return f"{part.label}:\n{part.url}"
    if isinstance(part, Steps):
        return "\n".join(_steps(part))
    if isinstance(part, Facts):
        return "\n".join(
            f"  {row.name}: {row.value if row.before is None else f'{row.before} → {row.value}'}" for row in part.rows
        )
    # One line for each paragraph: whoever reads it knows how wide their window is.
    return part.text if isinstance(part, Quiet) else part


def _steps(steps: Steps) -> Iterator[str]:
    for number, step in enumerate(steps.items, 1):
        yield f"  {number}. {step.text}"
        if step.url:
            yield f"     {step.url}"


def _kind(part: Part) -> str:
    return "paragraph" if isinstance(part, str) else type(part).__name__.lower()


@cache
def _frame() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True).get_template(
        "frame.html"
    )
