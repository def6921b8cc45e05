"""The words the console uses for messages and what became of them."""

from __future__ import annotations

from portal.language import marked
from portal.notifications.models import Fate
from portal.notifications.vocabulary import Kind

KINDS: dict[str, str] = {
    Kind.GRANTED: marked("a right to use was given or changed"),
    Kind.ENTITLEMENT_CHANGED: marked("entitlements are new, changed, renewed or gone"),
    Kind.GRANT_FAILED: marked("a subscription did not come about"),
    Kind.ENDING: marked("the right to use is about to end"),
    Kind.ENDED: marked("the right to use, or the agreement, is over"),
    Kind.CONTINUED: marked("the agreement is over, and another goes on for it"),
    Kind.CREATED: marked("an agreement was made"),
    Kind.AMENDED: marked("the terms of an agreement changed"),
    Kind.REMINDER: marked("a reminder of the terms before the end"),
    Kind.ADVISORY: marked("AWS suspects something about the buyer"),
    Kind.CANCELLATION: marked("a cancellation was asked for or decided"),
    Kind.NEWS: marked("nothing is to be done"),
    Kind.NOT_UNDERSTOOD: marked("not understood"),
}
"""What a message was read as."""

FATES: dict[str, str] = {
    Fate.RECEIVED: marked("It waits for the worker."),
    Fate.APPLIED: marked("It was applied: the contract is as AWS says."),
    Fate.NEWS: marked("It was understood, and nothing is to be done."),
    Fate.PARKED: marked("It waits: nobody has come with this purchase yet, or a person has to decide."),
    Fate.NOT_UNDERSTOOD: marked("It was not understood, and is kept."),
    Fate.FAILED: marked("It was given up after many tries, and is kept."),
}
"""What became of it."""

WOULD_BECOME: dict[str, str] = {
    Fate.RECEIVED: marked("It would wait for AWS, and be tried again."),
    Fate.APPLIED: marked("It would be applied."),
    Fate.NEWS: marked("It would be understood, and nothing be done."),
    Fate.PARKED: marked("It would be parked: no buyer has come with this purchase yet."),
    Fate.NOT_UNDERSTOOD: marked("It would still not be understood."),
    Fate.FAILED: marked("It would fail again."),
}
"""What would become of it in a replay."""
LEFT_ALONE: dict[str, str] = {
    Fate.RECEIVED: marked("It waits for the worker already, and is left alone."),
    Fate.APPLIED: marked("It is applied already, and is left alone."),
    Fate.NEWS: marked("There was nothing to do, and it is left alone."),
}

CODES = (
    marked("received"),
    marked("applied"),
    marked("news"),
    marked("parked"),
    marked("failed"),
    marked("not understood"),
    marked("waiting"),
    marked("active"),
    marked("changing"),
    marked("ending"),
    marked("ended"),
    marked("superseded"),
    marked("owner"),
    marked("admin"),
    marked("member"),
    marked("open"),
    marked("used"),
    marked("contract"),
    marked("message"),
    marked("message id"),
    marked("email"),
    marked("AWS account"),
    marked("licence"),
    marked("agreement, licence or legacy customer"),
    marked("product"),
    marked("organisation"),
    marked("change"),
    marked("person"),
    marked("notification"),
    marked("dead letter"),
    marked("finding"),
    marked("letter"),
    marked("purchase"),
    marked("account"),
    marked("text"),
)
"""Words of the code that pages show as they are: fates, states, roles, what a text may be; what is masked, of what."""
