"""Letters about a purchase that goes on in another browser."""

from __future__ import annotations

from datetime import UTC, datetime

from portal.language import gettext as _
from portal.mail.content import Button, Content, Quiet, Sender, hello
from portal.mail.drafts import kind
from portal.mail.moments import when

_URL = "https://portal.example/marketplace/hand-over/an-example"
_UNTIL = datetime(2026, 11, 26, 4, 5, tzinfo=UTC)


@kind(giver="Pat", known=False, product="Tidemark Analytics", url=_URL, until=_UNTIL)
def handed_over(sender: Sender, giver: str | None, known: bool, product: str, url: str, until: datetime) -> Content:
    """Asks a colleague to set up what somebody has bought."""
    names = {"product": product, "seller": sender.seller}
    if giver is None:
        opening = _("Somebody who bought %(product)s on AWS Marketplace asks you to set it up at %(seller)s.", **names)
    elif known:  # who is signed in; others only give a name
        opening = _(
            "%(giver)s, who has bought %(product)s on AWS Marketplace, asks you to set it up at %(seller)s.",
            giver=giver,
            **names,
        )
    else:
        opening = _(
            "Somebody who has bought %(product)s on AWS Marketplace, and gives “%(giver)s” as their name, asks you to "
            "set it up at %(seller)s.",
            giver=giver,
            **names,
        )
    return Content(
        _("You are asked to set up %(product)s", **names),
        _("Hello,"),
        opening,
        Button(_("Take the purchase over"), url),
        _("You sign in or create an account, choose your organisation, and confirm. There is nothing to pay."),
        _("The link works once, until %(until)s. It is meant for you: please do not pass it on.", until=when(until)),
        Quiet(_("Did you not expect this? Then there is nothing to do. Nothing is set up unless you confirm it.")),
    )


@kind(name="Alice", linker="Bob", product="Tidemark Analytics")
def set_up_by(_sender: Sender, name: str, linker: str, product: str) -> Content:
    """Tells whoever handed a purchase over that it is set up, and by whom."""
    names = {"product": product, "linker": linker}
    return Content(
        _("%(product)s is set up", **names),
        hello(name),
        _("The purchase of %(product)s that you handed over has been set up by %(linker)s.", **names),
        _("Is that not the person you meant? Please tell us, and we put it right."),
    )


@kind(name="Alice", product="Tidemark Analytics", url=_URL, until=_UNTIL)
def resume(sender: Sender, name: str, product: str, url: str, until: datetime) -> Content:
    """Brings a person back to a purchase that they have not linked yet."""
    names = {"product": product, "seller": sender.seller}
    return Content(
        _("%(product)s waits to be set up", **names),
        hello(name),
        _(
            "Your purchase of %(product)s on AWS Marketplace is not linked to an organisation at %(seller)s yet.",
            **names,
        ),
        Button(_("Go on where you stopped"), url),
        _("The link works once, until %(until)s, and only for your account.", until=when(until)),
        _(
            "Later than that, choose “Set up your account” on AWS Marketplace once more. Your purchase is safe, and "
            "you do not need to buy it again."
        ),
    )
