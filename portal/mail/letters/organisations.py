"""Letters about who belongs to an organisation."""

from __future__ import annotations

from datetime import UTC, datetime

from portal.language import gettext as _
from portal.language import marked
from portal.mail.content import Button, Content, Fact, Facts, Quiet, Sender, hello
from portal.mail.drafts import kind
from portal.mail.moments import when

ROLES = {"owner": marked("Owner"), "admin": marked("Admin"), "member": marked("Member")}
LINK = "https://portal.example/invitations/AAAA"


@kind(inviter="Alice", organisation="Acme", role="member", link=LINK, until=datetime(2026, 12, 2, 4, 5, tzinfo=UTC))
def invited(sender: Sender, inviter: str | None, organisation: str, role: str, link: str, until: datetime) -> Content:
    """Asks somebody to join an organisation; without `inviter` it is the seller's support who asks."""
    names = {"organisation": organisation, "seller": sender.seller}
    if inviter is None:
        opening = _("%(seller)s invites you to look after %(organisation)s at %(seller)s.", **names)
    else:
        opening = _("%(inviter)s invites you to join %(organisation)s at %(seller)s.", inviter=inviter, **names)
    return Content(
        _("Your invitation to %(organisation)s at %(seller)s", **names),
        _("Hello,"),
        opening,
        Facts((Fact(_("Organisation"), organisation), Fact(_("Your role"), _(ROLES[role])))),
        Button(_("See the invitation"), link),
        _("The link is good until %(until)s, once, and for you alone: please do not pass it on.", until=when(until)),
        Quiet(_("Did you not expect this? Then there is nothing to do: nobody joins unless they accept.")),
    )


@kind(name="Alice", joiner="Bob", organisation="Acme", organisation_id=1)
def joined(sender: Sender, name: str, joiner: str, organisation: str, organisation_id: int) -> Content:
    """To whoever invited somebody: they have accepted."""
    names = {"joiner": joiner, "organisation": organisation}
    return Content(
        _("%(joiner)s has joined %(organisation)s", **names),
        hello(name),
        _("%(joiner)s has accepted your invitation and belongs to %(organisation)s now.", **names),
        Button(_("See who belongs to it"), f"{sender.portal_url}/organisations/{organisation_id}"),
        _("Not the one you meant? There you can change the role, or remove the person."),
    )


@kind(name="Bob", organisation="Acme", role="admin", organisation_id=1)
def role_changed(sender: Sender, name: str, organisation: str, role: str, organisation_id: int) -> Content:
    """To whom another role in an organisation was given."""
    return Content(
        _("Your role at %(organisation)s has changed", organisation=organisation),
        hello(name),
        _("You have another role at %(organisation)s from now on.", organisation=organisation),
        Facts((Fact(_("Your role"), _(ROLES[role])),)),
        Button(_("See what you may do there"), f"{sender.portal_url}/organisations/{organisation_id}"),
    )


@kind(name="Bob", organisation="Acme")
def removed(sender: Sender, name: str, organisation: str) -> Content:
    """To whom was taken out of an organisation."""
    return Content(
        _("You no longer belong to %(organisation)s", organisation=organisation),
        hello(name),
        _(
            "You were taken out of %(organisation)s, and do not see its contracts any more. Your account at %(seller)s "
            "stays.",
            organisation=organisation,
            seller=sender.seller,
        ),
        _("If that was a mistake, an owner or admin of the organisation can invite you again."),
    )
