"""What the portal writes about purchases that go on in another browser. Pure.

The names in these letters were typed by others than the reader, so they are made harmless first.
"""

from __future__ import annotations

from datetime import UTC, datetime

from babel.dates import format_datetime

from portal.language import gettext as _
from portal.language import language
from portal.mail.letters import Sender, Words
from portal.mail.names import harmless


def handed_over(sender: Sender, giver: str | None, known: bool, product: str, link: str, until: datetime) -> Words:
    """Asks a colleague to set up what somebody has bought; `known` says that this somebody is signed in at ours."""
    names = {"product": product, "seller": sender.seller}
    if giver is None:
        opening = _("somebody who bought %(product)s on AWS Marketplace asks you to set it up at %(seller)s.", **names)
    elif known:
        opening = _(
            "%(giver)s, who has bought %(product)s on AWS Marketplace, asks you to set it up at %(seller)s.",
            giver=harmless(giver),
            **names,
        )
    else:
        opening = _(
            "somebody who has bought %(product)s on AWS Marketplace, and gives “%(giver)s” as their name, asks you to "
            "set it up at %(seller)s.",
            giver=harmless(giver),
            **names,
        )
    return _words(
        sender,
        _("You are asked to set up %(product)s", **names),
        _("Hello,"),
        opening,
        _("Take the purchase over: %(link)s", link=link),
        _("You sign in or create an account, choose your organisation, and confirm. There is nothing to pay."),
        _("The link works once, until %(until)s. It is meant for you: please do not pass it on.", until=_time(until)),
        _("Did you not expect this? Then there is nothing to do. Nothing is set up unless you confirm it."),
    )


def set_up_by(sender: Sender, name: str, linker: str, product: str) -> Words:
    """To whoever handed a purchase over: it is set up, and by whom."""
    names = {"product": product, "linker": harmless(linker)}
    return _words(
        sender,
        _("%(product)s is set up", **names),
        _("Hello %(name)s,", name=harmless(name)),
        _("the purchase of %(product)s that you handed over has been set up by %(linker)s.", **names),
        _("Is that not the person you meant? Please tell us, and we put it right."),
    )


def resume(sender: Sender, name: str, product: str, link: str, until: datetime) -> Words:
    """To a person whose purchase waits to be set up."""
    names = {"product": product, "seller": sender.seller}
    return _words(
        sender,
        _("%(product)s waits to be set up", **names),
        _("Hello %(name)s,", name=harmless(name)),
        _(
            "your purchase of %(product)s on AWS Marketplace is not linked to an organisation at %(seller)s yet.",
            **names,
        ),
        _("Go on where you stopped: %(link)s", link=link),
        _("The link works once, until %(until)s, and only for your account.", until=_time(until)),
        _(
            "Later than that, choose “Set up your account” on AWS Marketplace once more. Your purchase is safe, and "
            "you do not need to buy it again."
        ),
    )


def _words(sender: Sender, subject: str, *paragraphs: str) -> Words:
    help_line = _("Need help? %(support)s", support=sender.support)
    return Words(subject, "\n\n".join([*paragraphs, help_line, sender.seller]) + "\n")


def _time(at: datetime) -> str:
    written: str = format_datetime(at.astimezone(UTC), "d MMMM y, HH:mm 'UTC'", locale=language())
    return written
