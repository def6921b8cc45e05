"""What the portal writes to people about the organisation they belong to, or are asked to join. Pure.

The names in these letters were typed by others than the reader, so they are made harmless first.
"""

from __future__ import annotations

from portal.language import gettext as _
from portal.language import marked
from portal.mail.letters import Sender, Words
from portal.mail.names import harmless

ROLES = {"owner": marked("owner"), "admin": marked("admin"), "member": marked("member")}


def invited(sender: Sender, inviter: str | None, organisation: str, role: str, link: str, until: str) -> Words:
    """Asks somebody to join; `inviter` is None for the seller's own support."""
    names = {"organisation": harmless(organisation), "seller": sender.seller, "role": _(ROLES[role])}
    if inviter is None:
        opening = _("%(seller)s invites you to look after %(organisation)s at %(seller)s, as its %(role)s.", **names)
    else:
        opening = _(
            "%(inviter)s invites you to join %(organisation)s at %(seller)s. Your role there will be: %(role)s.",
            inviter=harmless(inviter),
            **names,
        )
    return _words(
        sender,
        _("Your invitation to %(organisation)s at %(seller)s", **names),
        _("Hello,"),
        opening,
        _("See the invitation, and accept it: %(link)s", link=link),
        _(
            "The link is good until %(until)s, for one person. It is meant for you alone: please do not pass it on.",
            until=until,
        ),
        _("Did you not expect this? Then there is nothing to do. Nobody joins unless they accept."),
    )


def joined(sender: Sender, name: str, joiner: str, organisation: str) -> Words:
    """To whoever invited: it was accepted."""
    names = {"joiner": harmless(joiner), "organisation": harmless(organisation)}
    return _words(
        sender,
        _("%(joiner)s has joined %(organisation)s", **names),
        _("Hello %(name)s,", name=harmless(name)),
        _("%(joiner)s has accepted your invitation and belongs to %(organisation)s now.", **names),
        _("Not the one you meant? You can change the role, or remove the person, in the settings of the organisation."),
    )


def role_changed(sender: Sender, name: str, organisation: str, role: str) -> Words:
    """To whom another role was given."""
    names = {"organisation": harmless(organisation), "role": _(ROLES[role])}
    return _words(
        sender,
        _("Your role at %(organisation)s has changed", **names),
        _("Hello %(name)s,", name=harmless(name)),
        _("your role at %(organisation)s is now: %(role)s.", **names),
        _("What you may do there: %(link)s", link=f"{sender.portal_url}/organisations"),
    )


def removed(sender: Sender, name: str, organisation: str) -> Words:
    """To whom was taken out of an organisation."""
    names = {"organisation": harmless(organisation)}
    return _words(
        sender,
        _("You no longer belong to %(organisation)s", **names),
        _("Hello %(name)s,", name=harmless(name)),
        _(
            "you were taken out of %(organisation)s, and do not see its contracts any more. Your account stays.",
            **names,
        ),
        _("If that was a mistake, an owner or admin of the organisation can invite you again."),
    )


def _words(sender: Sender, subject: str, *paragraphs: str) -> Words:
    closing = (_("Need help? %(support)s", support=sender.support), sender.seller)
    return Words(subject=subject, text="\n\n".join([*paragraphs, *closing]) + "\n")
