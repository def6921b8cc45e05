"""The SQS queue: it exists, keeps messages long enough and encrypted, and has a place for dead letters."""

from __future__ import annotations

from collections.abc import Iterator

from portal.doctor.lines import Line, Thing
from portal.doctor.subject import Subject
from portal.marketplace.errors import (
    AccessRefused,
    CredentialsRefused,
    MarketplaceError,
    MarketplaceUnavailable,
    NotFound,
)
from portal.marketplace.routing import QueueState, Routing
from portal.sentences import sentence, together

EXISTS = Thing("queue.exists", sentence("Queue"))
KEPT = Thing("queue.kept", sentence("Queue: retention"))
ENCRYPTION = Thing("queue.encryption", sentence("Queue: encryption"))
DEAD_LETTERS = Thing("queue.dead_letters", sentence("Dead-letter queue"))
BURIED = Thing("queue.buried", sentence("Dead letters"))

FEWEST_RECEIVES, MOST_RECEIVES = 3, 100
DAY = 86_400
SHORTEST_KEPT = 2 * DAY
MANY = 1_000
NO_URL = sentence("Set NOTIFICATIONS_QUEUE_URL to the URL of the SQS queue that AWS’s notifications are sent to.")
KMS = sentence(
    "Let the key’s policy allow sns.amazonaws.com and events.amazonaws.com kms:GenerateDataKey and kms:Decrypt, and "
    "the portal’s role kms:Decrypt; or use the queue’s own encryption (SSE-SQS), which needs none of it."
)


def look(subject: Subject) -> Iterator[Line]:
    """The queue's attributes, and those of its dead-letter queue; no message is touched."""
    if subject.routing is None:
        yield EXISTS.wrong(sentence("There is none: the portal does not hear what AWS says."), NO_URL)
        return
    try:
        queue = subject.routing.queue()
    except MarketplaceError as error:
        yield not_told(error)
        return
    yield _exists(queue)
    yield _kept(queue)
    yield _encryption(queue)
    yield from _dead_letters(queue, subject.routing)


def not_told(error: MarketplaceError) -> Line:
    """The line about a queue that does not tell its attributes."""
    if isinstance(error, NotFound):
        return EXISTS.wrong(
            sentence("There is no queue of this URL."),
            together(NO_URL, sentence("It must be in the account and Region that the URL names.")),
        )
    if isinstance(error, AccessRefused):
        return EXISTS.unknown(
            sentence("AWS does not let the portal look (or the queue is another account’s)."),
            sentence("Allow sqs:GetQueueAttributes on the queue."),
        )
    if isinstance(error, CredentialsRefused):
        return EXISTS.unknown(
            sentence("AWS does not accept the credentials (%(error)s).", error=str(error)),
            sentence("See the line about AWS credentials."),
        )
    if isinstance(error, MarketplaceUnavailable):
        return EXISTS.unknown(
            sentence("SQS does not answer (%(error)s).", error=str(error)),
            sentence("See that this machine reaches the queue’s address."),
        )
    return EXISTS.unknown(sentence("SQS answered %(error)s.", error=str(error)), NO_URL)


def _exists(queue: QueueState) -> Line:
    name, region = queue.arn.rpartition(":")[2], queue.arn.split(":")[3]
    if name.endswith(".fifo"):
        return EXISTS.wrong(
            sentence("%(name)s is a FIFO queue, to which AWS Marketplace’s topics cannot send.", name=name),
            sentence("Use a standard queue."),
        )
    if region != "us-east-1":
        return EXISTS.warning(
            sentence(
                "%(name)s is in %(region)s; an EventBridge rule sends to a queue of its own Region only, us-east-1.",
                name=name,
                region=region,
            ),
            sentence("Move the queue to us-east-1; SNS alone would do without."),
        )
    if queue.waiting > MANY:
        return EXISTS.warning(
            sentence("In %(name)s about %(waiting)s messages wait.", name=name, waiting=queue.waiting),
            sentence("See the lines about the worker; start more of them."),
        )
    return EXISTS.ok(
        sentence(
            "%(name)s, in %(region)s; about %(waiting)s messages wait in it.",
            name=name,
            region=region,
            waiting=queue.waiting,
        )
    )


def _kept(queue: QueueState) -> Line:
    seconds = queue.number("MessageRetentionPeriod")
    if seconds is None:
        return KEPT.unknown(
            sentence("SQS does not tell."), sentence("See in the console that it is four days or more.")
        )
    if seconds < SHORTEST_KEPT:
        return KEPT.warning(
            sentence(
                "Messages are kept for %(days)s days: a worker that stands still over a weekend loses some.",
                days=f"{seconds / DAY:.1f}",
            ),
            sentence("Set MessageRetentionPeriod of the queue to four days or more (1209600 seconds is the most)."),
        )
    return KEPT.ok(sentence("Messages are kept for %(days)s days.", days=round(seconds / DAY)))


def _encryption(queue: QueueState) -> Line:
    key = queue.attributes.get("KmsMasterKeyId")
    if key and key.endswith("alias/aws/sqs"):
        return ENCRYPTION.wrong(
            sentence("With alias/aws/sqs, a key that lets neither SNS nor EventBridge in: what they send is lost."),
            together(sentence("Use the queue’s own encryption (SSE-SQS), or a key of your own."), KMS),
        )
    if key:
        return ENCRYPTION.unknown(
            sentence("With a key of your own; whether it lets SNS and EventBridge in is not told here."), KMS
        )
    if queue.attributes.get("SqsManagedSseEnabled", "").lower() == "true":
        return ENCRYPTION.ok(sentence("With SQS’s own key (SSE-SQS)."))
    return ENCRYPTION.warning(
        sentence("None."), sentence("Switch on the queue’s own encryption (SSE-SQS): it costs nothing.")
    )


def _dead_letters(queue: QueueState, routing: Routing) -> Iterator[Line]:
    redrive = queue.redrive
    if not redrive or not redrive.get("deadLetterTargetArn"):
        yield DEAD_LETTERS.warning(
            sentence(
                "There is none: a message that can never be stored comes again until it is too old, and is lost then."
            ),
            sentence("Create a second queue, and name it in the RedrivePolicy of the first, with maxReceiveCount 5."),
        )
        return
    arn, receives = str(redrive["deadLetterTargetArn"]), int(redrive.get("maxReceiveCount") or 0)
    name = arn.rpartition(":")[2]
    try:
        dead = routing.queue_of(arn)
    except NotFound:
        yield DEAD_LETTERS.wrong(
            sentence("%(name)s does not exist any more.", name=name),
            sentence("Create it again, or name another in the RedrivePolicy."),
        )
        return
    except MarketplaceError as error:
        yield DEAD_LETTERS.unknown(
            sentence(
                "%(name)s, after %(receives)s receives; AWS does not tell more (%(error)s).",
                name=name,
                receives=receives,
                error=str(error),
            ),
            sentence("Allow sqs:GetQueueUrl and sqs:GetQueueAttributes on it, too."),
        )
        return
    yield _receives(name, receives)
    yield _buried(dead)


def _receives(name: str, receives: int) -> Line:
    if receives < FEWEST_RECEIVES:
        return DEAD_LETTERS.warning(
            sentence(
                "%(name)s, after %(receives)s receives: a database that is away for a minute would bury good messages.",
                name=name,
                receives=receives,
            ),
            sentence("Set maxReceiveCount in the RedrivePolicy to 5 or more."),
        )
    if receives > MOST_RECEIVES:
        return DEAD_LETTERS.warning(
            sentence("%(name)s, but only after %(receives)s receives.", name=name, receives=receives),
            sentence("Set maxReceiveCount in the RedrivePolicy to about 5."),
        )
    return DEAD_LETTERS.ok(sentence("%(name)s, after %(receives)s receives.", name=name, receives=receives))


def _buried(dead: QueueState) -> Line:
    if dead.waiting:
        return BURIED.warning(
            sentence("About %(number)s messages lie in it.", number=dead.waiting),
            sentence(
                "See why in the worker’s log; then send them back: in the console’s queue of dead letters, or "
                "`flask notifications dead-letters --back`."
            ),
        )
    return BURIED.ok(sentence("None."))
