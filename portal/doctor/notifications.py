"""The way of a notification: EventBridge's rule or SNS's topics, whether the queue lets them in, and what was heard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, exists, select
from sqlalchemy.exc import SQLAlchemyError

from portal.contracts.models import Contract
from portal.database import db
from portal.doctor import rules, topics
from portal.doctor.lines import Line, Thing
from portal.doctor.policies import May, may_send, open_to_anybody
from portal.doctor.subject import Subject
from portal.marketplace.errors import MarketplaceError
from portal.marketplace.routing import QueueState
from portal.notifications.models import Notification

SENDERS = Thing("notifications.senders", "Who may send to the queue")
LAST = Thing("notifications.last", "Last notification")

LONG_AGO = timedelta(days=35)
SOON = timedelta(hours=1)


@dataclass(frozen=True)
class Sender:
    """Somebody who must be let into the queue: a service, in the name of a rule or topic."""

    service: str
    arn: str


def look(subject: Subject) -> Iterator[Line]:
    """What AWS's own lists say; nothing is sent."""
    queue = _queue(subject)
    if queue is not None and subject.routing is not None:
        heard = topics.read(subject.routing, queue)
        found = rules.read(subject.routing, queue)
        yield from rules.lines(found, heard, subject, queue)
        yield topics.line(heard, subject, others_have_a_rule=bool(found.rules))
        senders = [Sender("events.amazonaws.com", arn) for arn in rules.senders(found, queue)]
        senders += [Sender("sns.amazonaws.com", one.topic_arn) for one in heard.subscriptions]
        yield _senders(queue, senders)
    else:
        yield SENDERS.unknown(
            "The queue does not tell, so rule, topics and policy could not be looked at.",
            "See the line about the queue.",
        )
    yield _last(subject)


def _queue(subject: Subject) -> QueueState | None:
    """The queue; None where the lines about it say what is wrong."""
    try:
        return subject.routing.queue() if subject.routing else None
    except MarketplaceError:
        return None


def _senders(queue: QueueState, senders: list[Sender]) -> Line:
    verdicts = {one: may_send(queue.policy, one.service, one.arn, queue.arn) for one in senders}
    shut_out = [one for one, verdict in verdicts.items() if verdict is May.NOT_SEND]
    if shut_out:
        names = ", ".join(_name(one.arn) for one in shut_out)
        services = " and ".join(sorted({one.service for one in shut_out}))
        return SENDERS.wrong(
            f"The queue’s policy does not let them send: {names}. Whatever they send is lost.",
            f"Let the queue’s policy allow {services} to sqs:SendMessage on this queue, with the condition ArnEquals "
            "aws:SourceArn: the ARN of the rule, and of each topic.",
        )
    if open_to_anybody(queue.policy, queue.arn):
        return SENDERS.warning(
            "The queue’s policy has no condition: anybody’s topic or rule may send to it.",
            "Add the condition ArnEquals aws:SourceArn: the ARN of your rule, and of each topic.",
        )
    if May.UNCLEAR in verdicts.values():
        return SENDERS.unknown(
            "The queue’s policy has a condition that the doctor does not understand.",
            "See that it lets the rule and the topics in; a message that has come lately shows it.",
        )
    if not senders:
        return SENDERS.unknown("No rule and no topic is known that should send.", "See the two lines above.")
    rules = [_name(one.arn) for one in senders if one.service == "events.amazonaws.com"]
    topics_let_in = len(senders) - len(rules)
    let_in = [*rules, f"{topics_let_in} SNS topics"] if topics_let_in else rules
    return SENDERS.ok(f"The policy lets in: {', '.join(let_in)}.")


def _name(arn: str) -> str:
    return arn.rpartition(":")[2]


def _last(subject: Subject) -> Line:
    now = subject.now()
    try:
        row = db.session.execute(
            select(Notification.received_at, Notification.name).order_by(Notification.id.desc()).limit(1)
        ).first()
        bought = None if row else db.session.scalar(_bought_before(subject))
    except SQLAlchemyError:
        return LAST.unknown("The database does not tell.", "See the lines about the database.")
    if row is None:
        if bought:
            return LAST.warning(
                "Buyers have landed, and AWS has never said anything.",
                "See the lines above; send a message through SNS or EventBridge and watch the queue.",
            )
        return LAST.ok("None yet, and nobody has bought anything yet.")
    received_at, name = row
    age = now - received_at
    if age > LONG_AGO:
        return LAST.warning(
            f"{name}, {age.days} days ago. Renewals and reminders alone should have brought something since.",
            "See the lines above, and whether messages wait in the queue.",
        )
    return LAST.ok(f"{name}, {in_words(age)} ago.")


def _bought_before(subject: Subject) -> Select[tuple[bool]]:
    return select(exists().where(Contract.created_at < subject.now() - SOON, Contract.organisation_id.is_not(None)))


def in_words(age: timedelta) -> str:
    """A length of time, in its largest unit."""
    seconds = max(0, round(age.total_seconds()))
    for length, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= length:
            number = seconds // length
            return f"{number:,} {unit}{'' if number == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
