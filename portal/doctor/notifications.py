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
from portal.doctor.lines import Line, Thing, both
from portal.doctor.policies import May, may_send, open_to_anybody
from portal.doctor.subject import Subject
from portal.marketplace.errors import MarketplaceError
from portal.marketplace.routing import QueueState
from portal.notifications.models import Notification
from portal.sentences import Sentence, counted, listed, sentence

SENDERS = Thing("notifications.senders", sentence("Who may send to the queue"))
LAST = Thing("notifications.last", sentence("Last notification"))

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
            sentence("The queue does not tell, so rule, topics and policy could not be looked at."),
            sentence("See the line about the queue."),
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
        return SENDERS.wrong(
            sentence(
                "The queue’s policy does not let them send: %(names)s. Whatever they send is lost.",
                names=listed(_name(one.arn) for one in shut_out),
            ),
            sentence(
                "Let the queue’s policy allow %(services)s to sqs:SendMessage on this queue, with the condition "
                "ArnEquals aws:SourceArn: the ARN of the rule, and of each topic.",
                services=both(sorted({one.service for one in shut_out})),
            ),
        )
    if open_to_anybody(queue.policy, queue.arn):
        return SENDERS.warning(
            sentence("The queue’s policy has no condition: anybody’s topic or rule may send to it."),
            sentence("Add the condition ArnEquals aws:SourceArn: the ARN of your rule, and of each topic."),
        )
    if May.UNCLEAR in verdicts.values():
        return SENDERS.unknown(
            sentence("The queue’s policy has a condition that the doctor does not understand."),
            sentence("See that it lets the rule and the topics in; a message that has come lately shows it."),
        )
    if not senders:
        return SENDERS.unknown(
            sentence("No rule and no topic is known that should send."), sentence("See the two lines above.")
        )
    let_in = [_name(one.arn) for one in senders if one.service == "events.amazonaws.com"]
    if number := len(senders) - len(let_in):
        let_in.append(counted("%(num)s SNS topic", "%(num)s SNS topics", number))
    return SENDERS.ok(sentence("The policy lets in: %(names)s.", names=listed(let_in)))


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
        return LAST.unknown(sentence("The database does not tell."), sentence("See the lines about the database."))
    if row is None:
        if bought:
            return LAST.warning(
                sentence("Buyers have landed, and AWS has never said anything."),
                sentence("See the lines above; send a message through SNS or EventBridge and watch the queue."),
            )
        return LAST.ok(sentence("None yet, and nobody has bought anything yet."))
    received_at, name = row
    age = now - received_at
    if age > LONG_AGO:
        return LAST.warning(
            sentence(
                "%(name)s, %(days)s days ago. Renewals and reminders alone should have brought something since.",
                name=name,
                days=age.days,
            ),
            sentence("See the lines above, and whether messages wait in the queue."),
        )
    return LAST.ok(sentence("%(name)s, %(age)s ago.", name=name, age=in_words(age)))


def _bought_before(subject: Subject) -> Select[tuple[bool]]:
    return select(exists().where(Contract.created_at < subject.now() - SOON, Contract.organisation_id.is_not(None)))


def in_words(age: timedelta) -> Sentence:
    """A length of time, in its largest unit."""
    seconds = max(0, round(age.total_seconds()))
    if seconds >= 86_400:
        return counted("%(num)s day", "%(num)s days", seconds // 86_400)
    if seconds >= 3_600:
        return counted("%(num)s hour", "%(num)s hours", seconds // 3_600)
    if seconds >= 60:
        return counted("%(num)s minute", "%(num)s minutes", seconds // 60)
    return counted("%(num)s second", "%(num)s seconds", seconds)
