"""What may be wrong while a step stays open: the likeliest first. Pure."""

from __future__ import annotations

from portal.confirmation.evidence import Evidence, Heard, Refusal

NO_MESSAGE = (
    "No message about this contract has come from AWS. Is there an EventBridge rule (source aws.agreement-marketplace, "
    "us-east-1) or an SNS subscription whose target is this queue?"
)
NO_POLICY = (
    "The queue policy: it must let events.amazonaws.com (with the rule's ARN) or sns.amazonaws.com (with the topic's "
    "ARN) do sqs:SendMessage. Without that, AWS drops the messages and nobody is told."
)


def of_arrival(evidence: Evidence) -> tuple[str, ...]:
    """Why no purchase of a test buyer has arrived."""
    found = [of_refusal(evidence, one) for one in evidence.refusals[-3:]]
    if evidence.strangers:
        found.append(
            f"{evidence.strangers} arrival(s) came from AWS accounts that this run does not know. If one was yours, "
            "say so under *The test buyers*: *That was me*."
        )
    if evidence.landing is not None and evidence.landing.status != 200:
        found.append(
            f"The fulfilment URL did not answer 200 ({evidence.landing.problem or evidence.landing.status}): AWS "
            "refuses to send buyers there. Look at HTTPS, the proxy and PORTAL_URL."
        )
    if not found:
        found.append(
            "Nobody has arrived yet. If *Set up your account* was pressed: is this portal's /marketplace/landing the "
            "fulfilment URL of the product (Management Portal, Request changes, Update fulfilment options)?"
        )
    return tuple(found)


def of_refusal(evidence: Evidence, refusal: Refusal) -> str:
    """What a refused arrival says, and the remedy."""
    at = f"{refusal.at:%H:%M:%S} UTC"
    if refusal.problem == "NotOurProduct":
        return (
            f"At {at} AWS named the product code {refusal.product_code}, which is not in products.toml (this run is "
            f"about {evidence.product_code}). Correct `code` in products.toml: it stands on the product's page in "
            "the AWS Marketplace Management Portal."
        )
    words = {
        "NoToken": "a form came without x-amzn-marketplace-token. Something between AWS and the portal drops the form.",
        "TokenInvalid": "AWS does not know the token. Do the portal's credentials belong to the seller's account?",
        "TokenExpired": "the token was too old. Press *Set up your account* on AWS again: it makes a new one.",
        "PurchaseUnclear": "the purchase bears names of several contracts. A person has to say which is meant.",
        "MarketplaceRefused": "AWS does not let this portal ask. It needs aws-marketplace:ResolveCustomer and "
        "aws-marketplace:GetEntitlements, with credentials of the seller's account.",
    }
    return f"At {at} an arrival was refused: " + words.get(refusal.problem, refusal.problem)


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
        "A message came, and AWS's answer to it shows no change yet. It is asked again by itself within minutes.",
    )


def _workers(evidence: Evidence) -> list[str]:
    if evidence.workers is None:
        return ["Redis is away, so no job runs: look at REDIS_URL and the server."]
    found = []
    if not evidence.listens:
        found.append("NOTIFICATIONS_QUEUE_URL is not set: the worker listens to no queue.")
    if evidence.waiting_in_queue:
        found.append(
            f"The worker is stopped or does not listen: {evidence.waiting_in_queue} message(s) wait in the queue and "
            "nobody takes them. Start it (`python worker.py`), and look at its log."
        )
    elif not evidence.workers or not evidence.consumers:
        missing = "no worker is alive" if not evidence.workers else "the worker does not listen to the queue"
        found.append(f"The worker is stopped: {missing}. Start it (`python worker.py`), and look at its log.")
    return found


def _nothing_came(evidence: Evidence) -> list[str]:
    if evidence.waiting_in_queue or evidence.consumers == 0:
        return []
    found = [
        NO_MESSAGE,
        NO_POLICY,
    ]
    if evidence.latest_message_at:
        found.insert(0, "Messages about other things do come, so the queue itself is heard.")
    return found


def _odd(one: Heard) -> str:
    why = f": {one.problem}" if one.problem else ""
    return f"Message {one.id} ({one.name}) is {one.fate}{why}. See `flask notifications show {one.id}`."


def of_page() -> tuple[str, ...]:
    """Why no contract page was seen."""
    return (
        "The page was not opened since. Sign in as the person who linked the contract and open *Contracts*.",
        "Pages are seen by web processes that look at this database. Is PORTAL_URL this portal, on this DATABASE_URL?",
    )
