"""What the rows of the queues say: what happened, what it means, what to do. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from portal.contracts.findings import Finding, FindingKind
from portal.contracts.models import Contract
from portal.mail.models import Letter
from portal.mail.problems import in_words
from portal.notifications.envelope import understand
from portal.notifications.models import Notification
from portal.notifications.vocabulary import Kind
from portal.products import Products
from portal.registration.models import UnclearPurchase
from portal.staff.attention.dead_letters import DeadLetter
from portal.staff.attention.queues import QueueKind


@dataclass(frozen=True)
class QueueWords:
    """What a queue is called, what stands in it, and what is said when nothing does."""

    title: str
    stands: str
    empty: str


QUEUES: dict[QueueKind, QueueWords] = {
    QueueKind.DEAD_LETTERS: QueueWords(
        "Dead letters",
        "Messages that SQS handed out again and again and that were never acknowledged, so that it put them aside.",
        "No dead letters: every message of the queue was taken in.",
    ),
    QueueKind.FAILED: QueueWords(
        "Failed",
        "Messages that could not be applied in many tries.",
        "Nothing failed: every message that was understood was applied.",
    ),
    QueueKind.NOT_UNDERSTOOD: QueueWords(
        "Not understood",
        "Messages that are none of those AWS documents, or are malformed.",
        "Every message was understood.",
    ),
    QueueKind.AMBIGUOUS: QueueWords(
        "Ambiguous",
        "Messages whose names belong to several contracts, so that a person must say which is meant.",
        "Every message found its one contract.",
    ),
    QueueKind.TURNED_AWAY: QueueWords(
        "Buyers turned away",
        "Purchases whose names belong to several contracts. Their buyers read that a person will look at it.",
        "No buyer was turned away.",
    ),
    QueueKind.NOT_LINKED: QueueWords(
        "Not linked",
        "Contracts that were bought a day ago or longer, and that no organisation has.",
        "Every contract belongs to an organisation.",
    ),
    QueueKind.DRIFT: QueueWords(
        "Drift",
        "What the comparison with AWS found to differ, and what is for people to decide.",
        "AWS and the portal say the same.",
    ),
    QueueKind.ADVISORIES: QueueWords(
        "Advisories",
        "What AWS suspects about a buyer, and cancellations that were asked for. Nothing is revoked by itself.",
        "AWS has nothing that people should look at.",
    ),
    QueueKind.MAIL: QueueWords(
        "Failed mail",
        "Letters that the mail server did not take in many tries.",
        "Every letter was sent.",
    ),
}


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
    about = f" about {products.named(message.product_code).title}" if message.product_code else ""
    means, todo = {
        QueueKind.FAILED: (
            "What it tells is not in the contract yet, unless a later message or the hourly comparison has brought it.",
            "See to what stands in the way, then replay it. A replay shows first what it would change.",
        ),
        QueueKind.NOT_UNDERSTOOD: (
            "It changed nothing. If AWS has a new kind of message, the portal has to learn it.",
            "Look at it. If it is nothing to us, mark it as seen to; after an update of the portal, replay it.",
        ),
        QueueKind.AMBIGUOUS: (
            "It waits, and changes neither of the contracts.",
            "Look at it, and choose the contract that is meant.",
        ),
    }.get(kind, _ADVISORIES[Kind(message.kind) is Kind.CANCELLATION])
    return Row(
        id=message.id,
        at=message.received_at,
        title=message.name,
        happened=f"AWS sent “{message.name}”{about}.",
        means=means,
        todo=todo,
        problem=message.problem,
        contract_id=message.contract_id,
        aws_account_id=message.aws_account_id,
    )


_ADVISORIES = {
    False: (
        "AWS suspects something about the buyer or the account. What the buyer has is unchanged.",
        "Read it, speak with the buyer if need be, and mark it as seen to with what came of it.",
    ),
    True: (
        "Somebody asked to cancel the agreement, or that was decided. The end, if it comes, is told apart.",
        "If it is for you to decide, decide on AWS Marketplace; then mark it as seen to.",
    ),
}


def _contract(contract: Contract, products: Products) -> Row:
    title = products.named(contract.product_code).title
    return Row(
        id=contract.id,
        at=contract.created_at,
        title=title,
        happened=f"{title} was bought, and no organisation has it.",
        means="The buyer pays and cannot see the contract. They came and did not finish, or a list brought it in.",
        todo="Ask the buyer to choose “Set up your account” on AWS again, or link it for them.",
        contract_id=contract.id,
        aws_account_id=contract.aws_account_id,
    )


_FINDINGS = {
    FindingKind.NEVER_LANDED: (
        "It was bought on AWS Marketplace, and no buyer has come to set it up.",
        "Somebody pays for what they cannot use yet.",
        "Write to the buyer, whom AWS Marketplace’s management portal names; they choose “Set up your account”.",
    ),
    FindingKind.ACCESS_WITHOUT_AGREEMENT: (
        "We grant access, and every agreement that we know of is over.",
        "AWS may still be catching up, or somebody uses what nobody pays for.",
        "Check the contract with AWS. If it stays so, ask AWS Marketplace’s support.",
    ),
    FindingKind.STALE: (
        "We grant access, and AWS has not confirmed it for long.",
        "What the contract’s page shows may be out of date.",
        "Check the contract with AWS, and see whether the portal may call AWS.",
    ),
    FindingKind.UNKNOWN_DIMENSION: (
        "AWS counts a dimension that the products file does not describe.",
        "Customers see it under its key.",
        "Describe it in the products file.",
    ),
}


def _finding(finding: Finding, products: Products) -> Row:
    kind = FindingKind(finding.kind)
    happened, means, todo = _FINDINGS[kind]
    return Row(
        id=finding.id,
        at=finding.first_seen_at,
        title=f"{kind.capitalize()}: {products.named(finding.product_code).title}",
        happened=happened if finding.contract_id else f"{happened} ({finding.name})",
        means=means,
        todo=todo,
        problem=finding.detail,
        contract_id=finding.contract_id,
        aws_account_id=finding.aws_account_id,
    )


def _letter(letter: Letter) -> Row:
    return Row(
        id=letter.id,
        at=letter.created_at,
        title=letter.subject,
        happened=f"The mail server did not take this letter in {letter.attempts} tries.",
        means="The person was not told.",
        todo="See to the mail server, then let it be sent again; or tell the person yourself.",
        problem=in_words(letter.problem),
        email=letter.to,
    )


def _dead_letter(letter: DeadLetter) -> Row:
    said = understand(letter.body, letter.message_id, letter.sent_at)
    return Row(
        id=letter.id,
        at=letter.sent_at or letter.first_seen_at,
        title=said.name,
        happened=f"AWS sent “{said.name}”. SQS handed it out {letter.receives} times.",
        means="It is not in the inbox, so nothing was done about it. Usually the database could not take it in.",
        todo="See to what stood in the way, then send it back to the queue. Twice does no harm.",
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
        happened=f"A buyer came with {title}, and its names belong to several contracts. Tries: {purchase.arrivals}.",
        means="They were turned away and wait to hear from us.",
        todo="Choose the contract that is meant; then ask the buyer to choose “Set up your account” on AWS again.",
        aws_account_id=purchase.aws_account_id,
    )
