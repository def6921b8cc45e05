"""Access to AWS: whose credentials, in which account, called where, and what they are allowed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from redis.exceptions import RedisError

from portal.contracts.names import mask_account
from portal.doctor.lines import Line, Thing
from portal.doctor.subject import Subject
from portal.marketplace.errors import CredentialsRefused, MarketplaceError, MarketplaceUnavailable
from portal.marketplace.probes import Address, Identity, Outcome, Probe

CREDENTIALS = Thing("access.credentials", "AWS credentials")
ACCOUNT = Thing("access.account", "AWS account")
REGION = Thing("access.region", "AWS Region")

MUST_BE_IN = "us-east-1"
OPTIONAL = {"aws-marketplace:SearchAgreements", "aws-marketplace:DescribeAgreement"}
"""Without them the portal works, and compares no agreements."""
RECEIVE = "sqs:ReceiveMessage"
LATELY = timedelta(minutes=3)
SIGN_IN = (
    "Give the portal a role of the account that published the products (an instance, task or pod role), or set "
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
)


def look(subject: Subject) -> Iterator[Line]:
    """Nothing here changes anything on AWS: see ``marketplace.probes``."""
    identity = None
    try:
        identity = subject.probes.identity()
    except CredentialsRefused as error:
        yield CREDENTIALS.wrong(f"AWS does not accept them, or there are none ({error}).", SIGN_IN)
    except MarketplaceUnavailable as error:
        yield CREDENTIALS.unknown(
            f"AWS does not answer ({error}).", "See that this machine reaches sts.us-east-1.amazonaws.com by HTTPS."
        )
    except MarketplaceError as error:
        yield CREDENTIALS.unknown(f"AWS refuses to tell ({error}).", "Examine again; see the lines below.")
    else:
        yield _credentials(identity)
    yield _account(identity, subject.settings.notifications_queue_url)
    yield _region(subject)
    for probe in _probes(subject):
        yield _permission(probe, subject)


def _credentials(identity: Identity) -> Line:
    who = identity.arn.rpartition(":")[2]
    if who == "root":
        return CREDENTIALS.wrong("They are the account’s own (root), which may do everything.", SIGN_IN)
    return CREDENTIALS.ok(f"{who}, in the account {mask_account(identity.account)}.")


def _account(identity: Identity | None, queue_url: str | None) -> Line:
    if identity is None:
        return ACCOUNT.unknown("It is told by the credentials.", "See the line above.")
    queue_account = urlsplit(queue_url or "").path.strip("/").partition("/")[0]
    if queue_account.isdigit() and queue_account != identity.account:
        return ACCOUNT.warning(
            f"The credentials are of {mask_account(identity.account)}, the queue is in {mask_account(queue_account)}.",
            "Right only if you mean it so. Marketplace calls must be made by the account that published the products.",
        )
    return ACCOUNT.ok(
        f"{mask_account(identity.account)}" + (", where the queue is, too." if queue_account.isdigit() else ".")
    )


def _region(subject: Subject) -> Line:
    addresses = subject.probes.addresses()
    astray = [one for one in addresses if _is_astray(one)]
    if astray:
        hosts = ", ".join(f"{one.service} at {urlsplit(one.url).hostname}" for one in astray)
        return REGION.wrong(
            f"Called elsewhere than in {MUST_BE_IN}: {hosts}.",
            f"Unset AWS_ENDPOINT_URL and its variants, or let them name {MUST_BE_IN}: these answer nowhere else.",
        )
    hosts = ", ".join(sorted({urlsplit(one.url).hostname or "" for one in addresses}))
    if subject.settings.https and not all(_is_aws_s_own(one) for one in addresses):
        return REGION.warning(
            f"Whoever answers is not AWS: {hosts}.", "Unset AWS_ENDPOINT_URL and its variants, unless you mean it so."
        )
    return REGION.ok(f"Metering, entitlements and agreements are called in {MUST_BE_IN} ({hosts}).")


def _is_astray(address: Address) -> bool:
    host = urlsplit(address.url).hostname or ""
    return address.region != MUST_BE_IN or (_is_aws_s_own(address) and MUST_BE_IN not in host)


def _is_aws_s_own(address: Address) -> bool:
    return (urlsplit(address.url).hostname or "").endswith((".amazonaws.com", ".api.aws"))


def _probes(subject: Subject) -> Iterator[Probe]:
    probes = subject.probes
    yield probes.resolve_customer()
    for product in list(subject.products)[:1]:
        try:
            subject.marketplace.budget.spend()
        except MarketplaceUnavailable:
            yield Probe("aws-marketplace:GetEntitlements", Outcome.NO_ANSWER, "the budget of calls is spent")
        else:
            yield probes.get_entitlements(product.code)
    yield probes.search_agreements()
    yield probes.describe_agreement()
    if subject.settings.notifications_queue_url:
        yield probes.read_queue()
        yield probes.receive()
        yield probes.delete()


def _permission(probe: Probe, subject: Subject) -> Line:
    thing = Thing(f"access.{probe.action.rpartition(':')[2]}", f"May call {probe.action.rpartition(':')[2]}")
    if probe.outcome is Outcome.REFUSED:
        fix = f"Allow {probe.action} in the IAM policy of the portal’s role."
        if probe.action in OPTIONAL:
            return thing.warning("Not permitted. The portal works without, and compares no agreements.", fix)
        return thing.wrong(f"Not permitted ({probe.code}).", fix)
    if probe.outcome is Outcome.NOT_KNOWN_TO_AWS:
        return thing.unknown(f"AWS does not accept the credentials ({probe.code}).", "See the line about them.")
    if probe.outcome is Outcome.NO_ANSWER:
        return thing.unknown(f"AWS did not answer ({probe.code}).", "Examine again; see https://health.aws.amazon.com.")
    if "NonExistentQueue" in probe.code:
        return thing.unknown("There is no such queue.", "See the line about the queue.")
    if probe.action == RECEIVE:
        return _receiving(thing, subject)
    return thing.ok(f"Permitted ({probe.action}).")


def _receiving(thing: Thing, subject: Subject) -> Line:
    """SQS may refuse the question before it looks at permissions. That the consumer receives is the proof."""
    try:
        signs = subject.signs()
    except (RedisError, OSError):
        signs = None
    if signs is None or signs.queue_answered_at is None or signs.queue_answered_at < subject.now() - LATELY:
        return thing.unknown(
            "AWS did not refuse it, and only a consumer that receives proves it; none has asked of late.",
            "Start the worker (`python worker.py`), and examine again.",
        )
    if signs.queue_trouble:
        return thing.wrong(
            f"The consumer asks, and SQS answers: {signs.queue_trouble}.",
            f"Allow {RECEIVE}, and see the queue’s lines.",
        )
    return thing.ok("Permitted: the consumer receives.")
