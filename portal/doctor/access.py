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
from portal.sentences import listed, sentence

CREDENTIALS = Thing("access.credentials", sentence("AWS credentials"))
ACCOUNT = Thing("access.account", sentence("AWS account"))
REGION = Thing("access.region", sentence("AWS Region"))

MUST_BE_IN = "us-east-1"
OPTIONAL = {"aws-marketplace:SearchAgreements", "aws-marketplace:DescribeAgreement"}
"""Without them the portal works, and compares no agreements."""
RECEIVE = "sqs:ReceiveMessage"
LATELY = timedelta(minutes=3)
SIGN_IN = sentence(
    "Give the portal a role of the account that published the products (an instance, task or pod role), or set "
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
)


def look(subject: Subject) -> Iterator[Line]:
    """Nothing here changes anything on AWS: see ``marketplace.probes``."""
    identity = None
    try:
        identity = subject.probes.identity()
    except CredentialsRefused as error:
        yield CREDENTIALS.wrong(
            sentence("AWS does not accept them, or there are none (%(error)s).", error=str(error)), SIGN_IN
        )
    except MarketplaceUnavailable as error:
        yield CREDENTIALS.unknown(
            sentence("AWS does not answer (%(error)s).", error=str(error)),
            sentence("See that this machine reaches sts.us-east-1.amazonaws.com by HTTPS."),
        )
    except MarketplaceError as error:
        yield CREDENTIALS.unknown(
            sentence("AWS refuses to tell (%(error)s).", error=str(error)),
            sentence("Examine again; see the lines below."),
        )
    else:
        yield _credentials(identity)
    yield _account(identity, subject.settings.notifications_queue_url)
    yield _region(subject)
    for probe in _probes(subject):
        yield _permission(probe, subject)


def _masked(account: str) -> str:
    return mask_account(account) or ""


def _credentials(identity: Identity) -> Line:
    who = identity.arn.rpartition(":")[2]
    if who == "root":
        return CREDENTIALS.wrong(sentence("They are the account’s own (root), which may do everything."), SIGN_IN)
    return CREDENTIALS.ok(sentence("%(who)s, in the account %(account)s.", who=who, account=_masked(identity.account)))


def _account(identity: Identity | None, queue_url: str | None) -> Line:
    if identity is None:
        return ACCOUNT.unknown(sentence("It is told by the credentials."), sentence("See the line above."))
    account, queue_account = _masked(identity.account), urlsplit(queue_url or "").path.strip("/").partition("/")[0]
    if queue_account.isdigit() and queue_account != identity.account:
        return ACCOUNT.warning(
            sentence(
                "The credentials are of %(account)s, the queue is in %(other)s.",
                account=account,
                other=_masked(queue_account),
            ),
            sentence(
                "Right only if you mean it so. Marketplace calls must be made by the account that published the "
                "products."
            ),
        )
    if queue_account.isdigit():
        return ACCOUNT.ok(sentence("%(account)s, where the queue is, too.", account=account))
    return ACCOUNT.ok(sentence("%(account)s.", account=account))


def _region(subject: Subject) -> Line:
    addresses = subject.probes.addresses()
    astray = [one for one in addresses if _is_astray(one)]
    if astray:
        called = listed(
            sentence("%(service)s at %(host)s", service=one.service, host=str(urlsplit(one.url).hostname))
            for one in astray
        )
        return REGION.wrong(
            sentence("Called elsewhere than in %(region)s: %(called)s.", region=MUST_BE_IN, called=called),
            sentence(
                "Unset AWS_ENDPOINT_URL and its variants, or let them name %(region)s: these answer nowhere else.",
                region=MUST_BE_IN,
            ),
        )
    hosts = listed(sorted({urlsplit(one.url).hostname or "" for one in addresses}))
    if subject.settings.https and not all(_is_aws_s_own(one) for one in addresses):
        return REGION.warning(
            sentence("Whoever answers is not AWS: %(hosts)s.", hosts=hosts),
            sentence("Unset AWS_ENDPOINT_URL and its variants, unless you mean it so."),
        )
    return REGION.ok(
        sentence(
            "Metering, entitlements and agreements are called in %(region)s (%(hosts)s).",
            region=MUST_BE_IN,
            hosts=hosts,
        )
    )


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
            spent = sentence("the budget of calls is spent")
            yield Probe("aws-marketplace:GetEntitlements", Outcome.NO_ANSWER, spent)
        else:
            yield probes.get_entitlements(product.code)
    yield probes.search_agreements()
    yield probes.describe_agreement()
    if subject.settings.notifications_queue_url:
        yield probes.read_queue()
        yield probes.receive()
        yield probes.delete()


def _permission(probe: Probe, subject: Subject) -> Line:
    call = probe.action.rpartition(":")[2]
    thing = Thing(f"access.{call}", sentence("May call %(call)s", call=call))
    if probe.outcome is Outcome.REFUSED:
        fix = sentence("Allow %(action)s in the IAM policy of the portal’s role.", action=probe.action)
        if probe.action in OPTIONAL:
            return thing.warning(sentence("Not permitted. The portal works without, and compares no agreements."), fix)
        return thing.wrong(sentence("Not permitted (%(code)s).", code=probe.code), fix)
    if probe.outcome is Outcome.NOT_KNOWN_TO_AWS:
        return thing.unknown(
            sentence("AWS does not accept the credentials (%(error)s).", error=probe.code),
            sentence("See the line about them."),
        )
    if probe.outcome is Outcome.NO_ANSWER:
        return thing.unknown(
            sentence("AWS did not answer (%(error)s).", error=probe.code),
            sentence("Examine again; see https://health.aws.amazon.com."),
        )
    if "NonExistentQueue" in probe.code:
        return thing.unknown(sentence("There is no such queue."), sentence("See the line about the queue."))
    if probe.action == RECEIVE:
        return _receiving(thing, subject)
    return thing.ok(sentence("Permitted (%(action)s).", action=probe.action))


def _receiving(thing: Thing, subject: Subject) -> Line:
    """SQS may refuse the question before it looks at permissions. That the consumer receives is the proof."""
    try:
        signs = subject.signs()
    except (RedisError, OSError):
        signs = None
    if signs is None or signs.queue_answered_at is None or signs.queue_answered_at < subject.now() - LATELY:
        return thing.unknown(
            sentence("AWS did not refuse it, and only a consumer that receives proves it; none has asked of late."),
            sentence("Start the worker (`python worker.py`), and examine again."),
        )
    if signs.queue_trouble:
        return thing.wrong(
            sentence("The consumer asks, and SQS answers: %(trouble)s.", trouble=signs.queue_trouble),
            sentence("Allow %(action)s, and see the queue’s lines.", action=RECEIVE),
        )
    return thing.ok(sentence("Permitted: the consumer receives."))
