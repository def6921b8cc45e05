"""Letters about a contract that its own people move to another organisation."""

from __future__ import annotations

from datetime import UTC, datetime

from portal.language import gettext as _
from portal.mail.content import Button, Content, Quiet, Sender, hello
from portal.mail.drafts import kind
from portal.mail.moments import when

_PRODUCT = "Tidemark Analytics"
_UNTIL = datetime(2026, 12, 2, 4, 5, tzinfo=UTC)
_URL = "https://portal.example/moves/7"


@kind(giver="Alice", organisation="Acme", product=_PRODUCT, url=f"{_URL}/offers/an-example", until=_UNTIL)
def move_offered(sender: Sender, giver: str, organisation: str, product: str, url: str, until: datetime) -> Content:
    """Asks an owner elsewhere to take a contract."""
    names = {"giver": giver, "organisation": organisation, "product": product, "seller": sender.seller}
    return Content(
        _("Would you take the contract for %(product)s?", **names),
        _("Hello,"),
        _(
            "%(giver)s wants to move a contract for %(product)s from %(organisation)s, at %(seller)s, to an "
            "organisation of yours.",
            **names,
        ),
        Button(_("See the offer, and answer it"), url),
        _("You sign in with the account that has this address; if there is none, you create one first."),
        _("The offer waits until %(until)s. Nothing moves unless you accept it.", until=when(until)),
        Quiet(_("Did you not expect this? Then there is nothing to do.")),
    )


@kind(name="Alice", product=_PRODUCT, organisation="Acme")
def move_refused(_sender: Sender, name: str, product: str, organisation: str) -> Content:
    """Tells who wanted to move a contract that it was refused."""
    names = {"product": product, "organisation": organisation}
    return Content(
        _("The contract for %(product)s stays with %(organisation)s", **names),
        hello(name),
        _(
            "The contract for %(product)s was not accepted: whoever you asked has refused. Nothing has changed.",
            **names,
        ),
    )


@kind(name="Alice", product=_PRODUCT, organisation="Acme", other="Globex", mover="Mallory", url=_URL, until=_UNTIL)
def contract_given(
    _sender: Sender,
    name: str,
    product: str,
    organisation: str,
    other: str | None,
    mover: str,
    url: str,
    until: datetime,
) -> Content:
    """Tells an organisation that its contract belongs to another one now."""
    names = {"product": product, "organisation": organisation, "mover": mover}
    if other is None:
        what = _("%(mover)s has moved the contract for %(product)s off %(organisation)s.", **names)
    else:
        what = _(
            "Your contract for %(product)s has been accepted by %(mover)s for %(other)s. It does not belong to "
            "%(organisation)s any more.",
            other=other,
            **names,
        )
    return Content(
        _("%(product)s is no longer linked to %(organisation)s", **names),
        hello(name),
        what,
        _("Your people do not see it any more. On AWS Marketplace nothing was changed or cancelled by this."),
        _("An owner can put it back until %(until)s.", until=when(until)),
        Button(_("See it, or put it back"), url),
    )


@kind(name="Mallory", product=_PRODUCT, organisation="Globex", other="Acme", mover="Mallory", url=_URL, until=_UNTIL)
def contract_received(
    _sender: Sender,
    name: str,
    product: str,
    organisation: str,
    other: str | None,
    mover: str,
    url: str,
    until: datetime,
) -> Content:
    """Tells an organisation that another one's contract belongs to it now."""
    names = {"product": product, "organisation": organisation, "mover": mover}
    if other is None:
        what = _("%(mover)s has moved a contract for %(product)s to %(organisation)s.", **names)
    else:
        what = _(
            "%(mover)s has accepted a contract for %(product)s from %(other)s. It belongs to %(organisation)s now.",
            other=other,
            **names,
        )
    return Content(
        _("%(product)s is now linked to %(organisation)s", **names),
        hello(name),
        what,
        _("Your people see it from now on. On AWS Marketplace nothing was changed by this."),
        _("An owner of either side can put it back until %(until)s.", until=when(until)),
        Button(_("See it, or put it back"), url),
    )


@kind(name="Alice", product=_PRODUCT, organisation="Acme", mover="Mallory", has_it=True)
def move_undone(sender: Sender, name: str, product: str, organisation: str, mover: str, has_it: bool) -> Content:
    """Tells either side that a contract was put back to where it was."""
    names = {"product": product, "organisation": organisation, "mover": mover}
    if has_it:
        subject = _("%(product)s is linked to %(organisation)s again", **names)
        what = _("%(mover)s has put the contract for %(product)s back to %(organisation)s, as it was.", **names)
    else:
        subject = _("%(product)s is no longer linked to %(organisation)s", **names)
        what = _("%(mover)s has put the contract for %(product)s back to where it was before.", **names)
    return Content(
        subject,
        hello(name),
        what,
        Button(_("The contracts you have"), f"{sender.portal_url}/contracts"),
        _("Did you not expect this? Please tell us, and we put it right."),
    )
