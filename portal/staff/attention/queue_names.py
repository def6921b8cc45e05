"""What the queues are called, and what stands in them. The words are said where they are shown."""

from __future__ import annotations

from dataclasses import dataclass

from portal.language import marked
from portal.staff.attention.queues import QueueKind


@dataclass(frozen=True)
class QueueWords:
    """What a queue is called, what stands in it, and what is said when nothing does."""

    title: str
    stands: str
    empty: str


QUEUES: dict[QueueKind, QueueWords] = {
    QueueKind.DEAD_LETTERS: QueueWords(
        marked("Dead letters"),
        marked(
            "Messages that SQS handed out again and again and that were never acknowledged, so that it put them aside."
        ),
        marked("No dead letters: every message of the queue was taken in."),
    ),
    QueueKind.FAILED: QueueWords(
        marked("Failed"),
        marked("Messages that could not be applied in many tries."),
        marked("Nothing failed: every message that was understood was applied."),
    ),
    QueueKind.NOT_UNDERSTOOD: QueueWords(
        marked("Not understood"),
        marked("Messages that are none of those AWS documents, or are malformed."),
        marked("Every message was understood."),
    ),
    QueueKind.AMBIGUOUS: QueueWords(
        marked("Ambiguous"),
        marked("Messages whose names belong to several contracts, so that a person must say which is meant."),
        marked("Every message found its one contract."),
    ),
    QueueKind.TURNED_AWAY: QueueWords(
        marked("Buyers turned away"),
        marked("Purchases whose names belong to several contracts. Their buyers read that a person will look at it."),
        marked("No buyer was turned away."),
    ),
    QueueKind.NOT_LINKED: QueueWords(
        marked("Not linked"),
        marked("Contracts that were bought a day ago or longer, and that no organisation has."),
        marked("Every contract belongs to an organisation."),
    ),
    QueueKind.DRIFT: QueueWords(
        marked("Drift"),
        marked("What the comparison with AWS found to differ, and what is for people to decide."),
        marked("AWS and the portal say the same."),
    ),
    QueueKind.ADVISORIES: QueueWords(
        marked("Advisories"),
        marked("What AWS suspects about a buyer, and cancellations that were asked for. Nothing is revoked by itself."),
        marked("AWS has nothing that people should look at."),
    ),
    QueueKind.MAIL: QueueWords(
        marked("Failed mail"),
        marked("Letters that the mail server did not take in many tries."),
        marked("Every letter was sent."),
    ),
}
