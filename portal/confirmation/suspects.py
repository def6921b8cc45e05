"""What may be wrong while a step stays open: the likeliest first. Pure."""

from __future__ import annotations

from portal.confirmation.evidence import Evidence, Heard, Refusal
from portal.confirmation.telling import worded
from portal.sentences import Sentence, sentence

NO_MESSAGE = sentence(
    "No message about this contract has come from AWS. Is there an EventBridge rule (source aws.agreement-marketplace, "
    "us-east-1) or an SNS subscription whose target is this queue?"
)
NO_POLICY = sentence(
    "The queue policy: it must let events.amazonaws.com (with the rule's ARN) or sns.amazonaws.com (with the topic's "
    "ARN) do sqs:SendMessage. Without that, AWS drops the messages and nobody is told."
)


def of_arrival(evidence: Evidence) -> tuple[str, ...]:
    """Why no purchase of a test buyer has arrived."""
    found = [of_refusal(evidence, one) for one in evidence.refusals[-3:]]
    if evidence.strangers:
        found.append(
            sentence(
                "%(number)s arrival(s) came from AWS accounts that this run does not know. If one was yours, say so "
                "under *The test buyers*: *That was me*.",
                number=evidence.strangers,
            )
        )
    if evidence.landing is not None and evidence.landing.status != 200:
        found.append(
            sentence(
                "The fulfilment URL did not answer 200 (%(problem)s): AWS refuses to send buyers there. Look at HTTPS, "
                "the proxy and PORTAL_URL.",
                problem=str(evidence.landing.problem or evidence.landing.status),
            )
        )
    if not found:
        found.append(
            sentence(
                "Nobody has arrived yet. If *Set up your account* was pressed: is this portal's /marketplace/landing "
                "the fulfilment URL of the product (Management Portal, Request changes, Update fulfilment options)?"
            )
        )
    return tuple(found)


def of_refusal(evidence: Evidence, refusal: Refusal) -> Sentence:
    """What a refused arrival says, and the remedy."""
    at = f"{refusal.at:%H:%M:%S}"
    match refusal.problem:
        case "NotOurProduct":
            return sentence(
                "At %(at)s UTC AWS named the product code %(named)s, which is not in products.toml (this run is about "
                "%(code)s). Correct `code` in products.toml: it stands on the product's page in the AWS Marketplace "
                "Management Portal.",
                at=at,
                named=str(refusal.product_code),
                code=evidence.product_code,
            )
        case "NoToken":
            return sentence(
                "At %(at)s UTC an arrival was refused: a form came without x-amzn-marketplace-token. Something between "
                "AWS and the portal drops the form.",
                at=at,
            )
        case "TokenInvalid":
            return sentence(
                "At %(at)s UTC an arrival was refused: AWS does not know the token. Do the portal's credentials belong "
                "to the seller's account?",
                at=at,
            )
        case "TokenExpired":
            return sentence(
                "At %(at)s UTC an arrival was refused: the token was too old. Press *Set up your account* on AWS "
                "again: it makes a new one.",
                at=at,
            )
        case "PurchaseUnclear":
            return sentence(
                "At %(at)s UTC an arrival was refused: the purchase bears names of several contracts. A person has to "
                "say which is meant.",
                at=at,
            )
        case "MarketplaceRefused":
            return sentence(
                "At %(at)s UTC an arrival was refused: AWS does not let this portal ask. It needs "
                "aws-marketplace:ResolveCustomer and aws-marketplace:GetEntitlements, with credentials of the seller's "
                "account.",
                at=at,
            )
    return sentence("At %(at)s UTC an arrival was refused: %(problem)s", at=at, problem=refusal.problem)


def of_messages(evidence: Evidence, *, came: bool) -> tuple[str, ...]:
    """Why a change on AWS has not become one here.

    Args:
        came: whether a message about the contract has come since.
    """
    found = _workers(evidence)
    if not came:
        found += _nothing_came(evidence)
    found += [_odd(one) for one in evidence.odd_messages]
    return tuple(found) or (
        sentence(
            "A message came, and AWS's answer to it shows no change yet. It is asked again by itself within minutes."
        ),
    )


def _workers(evidence: Evidence) -> list[Sentence]:
    if evidence.workers is None:
        return [sentence("Redis is away, so no job runs: look at REDIS_URL and the server.")]
    found = []
    if not evidence.listens:
        found.append(sentence("NOTIFICATIONS_QUEUE_URL is not set: the worker listens to no queue."))
    if evidence.waiting_in_queue:
        found.append(
            sentence(
                "The worker is stopped or does not listen: %(number)s message(s) wait in the queue and nobody takes "
                "them. Start it (`python worker.py`), and look at its log.",
                number=evidence.waiting_in_queue,
            )
        )
    elif not evidence.workers:
        found.append(
            sentence(
                "The worker is stopped: no worker is alive. Start it (`python worker.py`), and look at its log.",
            )
        )
    elif not evidence.consumers:
        found.append(
            sentence(
                "The worker is stopped: the worker does not listen to the queue. Start it (`python worker.py`), and "
                "look at its log."
            )
        )
    return found


def _nothing_came(evidence: Evidence) -> list[Sentence]:
    if evidence.waiting_in_queue or evidence.consumers == 0:
        return []
    found = [NO_MESSAGE, NO_POLICY]
    if evidence.latest_message_at:
        found.insert(0, sentence("Messages about other things do come, so the queue itself is heard."))
    return found


def _odd(one: Heard) -> Sentence:
    told = {"number": str(one.id), "name": one.name, "fate": worded(one.fate)}
    if one.problem:
        return sentence(
            "Message %(number)s (%(name)s) is %(fate)s: %(problem)s. See `flask notifications show %(number)s`.",
            problem=one.problem,
            **told,
        )
    return sentence("Message %(number)s (%(name)s) is %(fate)s. See `flask notifications show %(number)s`.", **told)


def of_page() -> tuple[str, ...]:
    """Why no contract page was seen."""
    return (
        sentence("The page was not opened since. Sign in as the person who linked the contract and open *Contracts*."),
        sentence(
            "Pages are seen by web processes that look at this database. Is PORTAL_URL this portal, on this "
            "DATABASE_URL?"
        ),
    )
