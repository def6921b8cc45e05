"""What the rows of the queues say: what happened, what it means, what to do. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from portal.contracts.findings import Finding, FindingKind
from portal.contracts.models import Contract
from portal.language import gettext as _
from portal.language import marked
from portal.mail.models import Letter
from portal.mail.problems import in_words
from portal.notifications.envelope import understand
from portal.notifications.models import Notification
from portal.notifications.vocabulary import Kind
from portal.products import Products
from portal.registration.models import UnclearPurchase
from portal.staff.attention.dead_letters import DeadLetter
from portal.staff.attention.queues import QueueKind
from portal.staff.recalled import recalled


@dataclass(frozen=True)
class Row:
    """One row. What is personal is apart, for the page to mask."""

    id: int | UUID
    at: datetime
    title: str
    happened: str
    means: str
    todo: str
    problem: str | None = None
    contract_id: UUID | None = None
    aws_account_id: str | None = None
    email: str | None = None
    body: str | None = None
    """Of a dead letter, which has no page of its own."""
    going_back: bool = False
    """A dead letter that was asked back."""


def row(record: Any, kind: QueueKind, products: Products) -> Row:
    """A record of a queue, in words."""
    if isinstance(record, Contract):
        return _contract(record, products)
    if isinstance(record, Finding):
        return _finding(record, products)
    if isinstance(record, Letter):
        return _letter(record)
    if isinstance(record, DeadLetter):
        return _dead_letter(record)
    if isinstance(record, UnclearPurchase):
        return _turned_away(record, products)
    return _message(record, kind, products)


def _message(message: Notification, kind: QueueKind, products: Products) -> Row:
    product = products.named(message.product_code).title if message.product_code else None
    name = recalled(message.name)
    means, todo = {
        QueueKind.FAILED: (
            _(
                "What it tells is not in the contract yet, unless a later message or the hourly comparison has "
                "brought it."
            ),
            _("See to what stands in the way, then replay it. A replay shows first what it would change."),
        ),
        QueueKind.NOT_UNDERSTOOD: (
            _("It changed nothing. If AWS has a new kind of message, the portal has to learn it."),
            _("Look at it. If it is nothing to us, mark it as seen to; after an update of the portal, replay it."),
        ),
        QueueKind.AMBIGUOUS: (
            _("It waits, and changes neither of the contracts."),
            _("Look at it, and choose the contract that is meant."),
        ),
    }.get(kind, tuple(map(_, _ADVISORIES[Kind(message.kind) is Kind.CANCELLATION])))
    return Row(
        id=message.id,
        at=message.received_at,
        title=name,
        happened=_("AWS sent “%(name)s” about %(product)s.", name=name, product=product)
        if product
        else _("AWS sent “%(name)s”.", name=name),
        means=means,
        todo=todo,
        problem=recalled(message.problem),
        contract_id=message.contract_id,
        aws_account_id=message.aws_account_id,
    )


_ADVISORIES = {
    False: (
        marked("AWS suspects something about the buyer or the account. What the buyer has is unchanged."),
        marked("Read it, speak with the buyer if need be, and mark it as seen to with what came of it."),
    ),
    True: (
        marked("Somebody asked to cancel the agreement, or that was decided. The end, if it comes, is told apart."),
        marked("If it is for you to decide, decide on AWS Marketplace; then mark it as seen to."),
    ),
}


def _contract(contract: Contract, products: Products) -> Row:
    title = products.named(contract.product_code).title
    return Row(
        id=contract.id,
        at=contract.created_at,
        title=title,
        happened=_("%(title)s was bought, and no organisation has it.", title=title),
        means=_("The buyer pays and cannot see the contract. They came and did not finish, or a list brought it in."),
        todo=_("Ask the buyer to choose “Set up your account” on AWS again, or link it for them."),
        contract_id=contract.id,
        aws_account_id=contract.aws_account_id,
    )


_FINDING_TITLES = {
    FindingKind.NEVER_LANDED: marked("Never landed"),
    FindingKind.ACCESS_WITHOUT_AGREEMENT: marked("Access without agreement"),
    FindingKind.STALE: marked("Stale"),
    FindingKind.UNKNOWN_DIMENSION: marked("Unknown dimension"),
}
_FINDINGS = {
    FindingKind.NEVER_LANDED: (
        marked("It was bought on AWS Marketplace, and no buyer has come to set it up."),
        marked("Somebody pays for what they cannot use yet."),
        marked(
            "Write to the buyer, whom AWS Marketplace’s management portal names; they choose “Set up your account”."
        ),
    ),
    FindingKind.ACCESS_WITHOUT_AGREEMENT: (
        marked("We grant access, and every agreement that we know of is over."),
        marked("AWS may still be catching up, or somebody uses what nobody pays for."),
        marked("Check the contract with AWS. If it stays so, ask AWS Marketplace’s support."),
    ),
    FindingKind.STALE: (
        marked("We grant access, and AWS has not confirmed it for long."),
        marked("What the contract’s page shows may be out of date."),
        marked("Check the contract with AWS, and see whether the portal may call AWS."),
    ),
    FindingKind.UNKNOWN_DIMENSION: (
        marked("AWS counts a dimension that the products file does not describe."),
        marked("Customers see it under its key."),
        marked("Describe it in the products file."),
    ),
}


def _finding(finding: Finding, products: Products) -> Row:
    kind = FindingKind(finding.kind)
    happened, means, todo = map(_, _FINDINGS[kind])
    return Row(
        id=finding.id,
        at=finding.first_seen_at,
        title=f"{_(_FINDING_TITLES[kind])}: {products.named(finding.product_code).title}",
        happened=happened if finding.contract_id else f"{happened} ({finding.name})",
        means=means,
        todo=todo,
        problem=recalled(finding.detail),
        contract_id=finding.contract_id,
        aws_account_id=finding.aws_account_id,
    )


def _letter(letter: Letter) -> Row:
    return Row(
        id=letter.id,
        at=letter.created_at,
        title=letter.subject,
        happened=_("The mail server did not take this letter in %(attempts)s tries.", attempts=letter.attempts),
        means=_("The person was not told."),
        todo=_("See to the mail server, then let it be sent again; or tell the person yourself."),
        problem=in_words(letter.problem),
        email=letter.to,
    )


def _dead_letter(letter: DeadLetter) -> Row:
    said = understand(letter.body, letter.message_id, letter.sent_at)
    name = recalled(said.name)
    return Row(
        id=letter.id,
        at=letter.sent_at or letter.first_seen_at,
        title=name,
        happened=_("AWS sent “%(name)s”. SQS handed it out %(receives)s times.", name=name, receives=letter.receives),
        means=_("It is not in the inbox, so nothing was done about it. Usually the database could not take it in."),
        todo=_("See to what stood in the way, then send it back to the queue. Twice does no harm."),
        aws_account_id=said.aws_account_id,
        body=letter.body,
        going_back=letter.asked_at is not None,
    )


def _turned_away(purchase: UnclearPurchase, products: Products) -> Row:
    title = products.named(purchase.product_code).title
    return Row(
        id=purchase.id,
        at=purchase.last_at,
        title=title,
        happened=_(
            "A buyer came with %(title)s, and its names belong to several contracts. Tries: %(arrivals)s.",
            title=title,
            arrivals=purchase.arrivals,
        ),
        means=_("They were turned away and wait to hear from us."),
        todo=_("Choose the contract that is meant; then ask the buyer to choose “Set up your account” on AWS again."),
        aws_account_id=purchase.aws_account_id,
    )
