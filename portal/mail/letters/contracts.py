"""Letters about what happens to a contract: changed, not renewed any more, about to end, ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from portal.language import gettext as _
from portal.language import marked
from portal.mail.content import Button, Content, Fact, Facts, Part, Quiet, Sender, hello
from portal.mail.drafts import kind
from portal.mail.moments import day
from portal.mail.names import harmless

CONTRACT = "7d4c1f6e-0000-4000-8000-000000000001"
SUBJECTS = {
    "state": marked("Status"),
    "ends_at": marked("End"),
    "auto_renew": marked("Automatic renewal"),
}
STATES = {
    "waiting": marked("Waiting for AWS"),
    "active": marked("Active"),
    "ending": marked("Ending"),
    "ended": marked("Ended"),
}
REASONS = {
    "CANCELLED": marked("It was cancelled."),
    "EXPIRED": marked("Its term is over, and it was not renewed."),
    "TERMINATED": marked("AWS terminated it."),
}


@dataclass(frozen=True)
class Change:
    """One thing that changed, old and new: `subject` is one of ``SUBJECTS``, or else a name from the products file.

    A value is said as what it is: a time as a day, true and false by their subject, None as nothing.
    """

    subject: str
    before: str | bool | datetime | None
    after: str | bool | datetime | None


def _said(subject: str, value: str | bool | datetime | None) -> str:
    if value is None:
        return _("Unknown") if subject in SUBJECTS else _("No longer included")
    if isinstance(value, datetime):
        return day(value)
    if isinstance(value, bool):
        if subject == "auto_renew":
            return _("On") if value else _("Off")
        return _("Included") if value else _("Not included")
    return _(STATES[value]) if subject == "state" and value in STATES else harmless(value)


def _facts(changes: tuple[Change, ...]) -> Facts:
    return Facts(
        tuple(
            Fact(
                _(SUBJECTS[one.subject]) if one.subject in SUBJECTS else harmless(one.subject),
                _said(one.subject, one.after),
                None if one.before is None else _said(one.subject, one.before),
            )
            for one in changes
        )
    )


def _see(sender: Sender, contract_id: str) -> Button:
    return Button(_("See the contract"), f"{sender.portal_url}/contracts/{contract_id}")


def _why_you() -> Quiet:
    return Quiet(_("You get this letter because you are an owner or admin of the organisation."))


@kind(
    name="Alice",
    product="Tidemark Analytics",
    organisation="Acme",
    contract_id=CONTRACT,
    changes=(
        Change("Seats", "10 seats", "25 seats"),
        Change("Single sign-on", None, True),
        Change("ends_at", datetime(2027, 3, 31, tzinfo=UTC), datetime(2028, 3, 31, tzinfo=UTC)),
    ),
)
def contract_changed(
    sender: Sender, name: str, product: str, organisation: str, contract_id: str, changes: tuple[Change, ...]
) -> Content:
    """Says what changed in a contract, old and new."""
    names = {"product": product, "organisation": organisation}
    return Content(
        _("Your contract for %(product)s has changed", **names),
        hello(name),
        _("AWS Marketplace tells us that the contract of %(organisation)s for %(product)s has changed:", **names),
        _facts(changes),
        _see(sender, contract_id),
        _("What you use follows by itself. Was this change not meant? Please tell us, or look on AWS Marketplace."),
        _why_you(),
    )


@kind(
    name="Alice",
    product="Tidemark Analytics",
    organisation="Acme",
    contract_id=CONTRACT,
    until=datetime(2027, 3, 31, tzinfo=UTC),
)
def auto_renew_off(
    sender: Sender, name: str, product: str, organisation: str, contract_id: str, until: datetime | None
) -> Content:
    """Says that a contract is not renewed by itself any more."""
    names = {"product": product, "organisation": organisation}
    return Content(
        _("Automatic renewal of %(product)s is off", **names),
        hello(name),
        _("Automatic renewal was switched off on AWS Marketplace for %(product)s at %(organisation)s.", **names),
        _("Until %(until)s nothing changes. Then the contract ends, unless it is renewed before.", until=day(until))
        if until
        else _("Until its end nothing changes. Then the contract is over, unless it is renewed before."),
        _see(sender, contract_id),
        _("You can switch automatic renewal on again on AWS Marketplace, at any time before the end."),
        _why_you(),
    )


@kind(
    name="Alice",
    product="Tidemark Analytics",
    organisation="Acme",
    contract_id=CONTRACT,
    until=datetime(2027, 3, 31, tzinfo=UTC),
    auto_renew=False,
)
def contract_ending(
    sender: Sender,
    name: str,
    product: str,
    organisation: str,
    contract_id: str,
    until: datetime,
    auto_renew: bool | None,
) -> Content:
    """Says, some days before, that a contract is about to end."""
    names = {"product": product, "organisation": organisation, "until": day(until)}
    return Content(
        _("Your contract for %(product)s ends on %(until)s", **names),
        hello(name),
        _("The contract of %(organisation)s for %(product)s ends on %(until)s.", **names),
        _("Automatic renewal is off, so it is over then, unless you renew it on AWS Marketplace before.")
        if auto_renew is False
        else _("AWS Marketplace has not told us of a renewal. To go on, please see to it there before that day."),
        _see(sender, contract_id),
        _("Have you renewed it already? Then there is nothing to do: it shows here by itself."),
        _why_you(),
    )


@kind(
    name="Alice", product="Tidemark Analytics", organisation="Acme", contract_id=CONTRACT, reason="EXPIRED", changes=()
)
def contract_ended(
    sender: Sender,
    name: str,
    product: str,
    organisation: str,
    contract_id: str,
    reason: str | None,
    changes: tuple[Change, ...] = (),
) -> Content:
    """Says that a contract has ended, and why, as far as AWS tells."""
    names = {"product": product, "organisation": organisation}
    why = _(REASONS[reason]) if reason in REASONS else _("AWS Marketplace grants nothing for it any more.")
    parts: list[Part] = [
        hello(name),
        _("The contract of %(organisation)s for %(product)s has ended.", **names),
        why,
        *([_facts(changes)] if changes else []),
        _see(sender, contract_id),
        _(
            "Was it not meant to end? Buy it again on AWS Marketplace, and choose “Set up your account” there; or "
            "write to us, and we look into it with you."
        ),
        _why_you(),
    ]
    return Content(_("Your contract for %(product)s has ended", **names), *parts)
