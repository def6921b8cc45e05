"""The words the console uses for messages and what became of them."""

from __future__ import annotations

from portal.notifications.models import Fate
from portal.notifications.vocabulary import Kind

KINDS: dict[str, str] = {
    Kind.GRANTED: "a right to use was given or changed",
    Kind.ENTITLEMENT_CHANGED: "entitlements are new, changed, renewed or gone",
    Kind.GRANT_FAILED: "a subscription did not come about",
    Kind.ENDING: "the right to use is about to end",
    Kind.ENDED: "the right to use, or the agreement, is over",
    Kind.CONTINUED: "the agreement is over, and another goes on for it",
    Kind.CREATED: "an agreement was made",
    Kind.AMENDED: "the terms of an agreement changed",
    Kind.REMINDER: "a reminder of the terms before the end",
    Kind.ADVISORY: "AWS suspects something about the buyer",
    Kind.CANCELLATION: "a cancellation was asked for or decided",
    Kind.NEWS: "nothing is to be done",
    Kind.NOT_UNDERSTOOD: "not understood",
}
"""What a message was read as."""

FATES: dict[str, str] = {
    Fate.RECEIVED: "It waits for the worker.",
    Fate.APPLIED: "It was applied: the contract is as AWS says.",
    Fate.NEWS: "It was understood, and nothing is to be done.",
    Fate.PARKED: "It waits: nobody has come with this purchase yet, or a person has to decide.",
    Fate.NOT_UNDERSTOOD: "It was not understood, and is kept.",
    Fate.FAILED: "It was given up after many tries, and is kept.",
}
"""What became of it."""

WOULD_BECOME: dict[str, str] = {
    Fate.RECEIVED: "It would wait for AWS, and be tried again.",
    Fate.APPLIED: "It would be applied.",
    Fate.NEWS: "It would be understood, and nothing be done.",
    Fate.PARKED: "It would be parked: no buyer has come with this purchase yet.",
    Fate.NOT_UNDERSTOOD: "It would still not be understood.",
    Fate.FAILED: "It would fail again.",
}
"""What would become of it in a replay."""
LEFT_ALONE: dict[str, str] = {
    Fate.RECEIVED: "It waits for the worker already, and is left alone.",
    Fate.APPLIED: "It is applied already, and is left alone.",
    Fate.NEWS: "There was nothing to do, and it is left alone.",
}
