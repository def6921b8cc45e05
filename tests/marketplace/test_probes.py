"""What AWS lets the portal do: each call's refusal, and what it means."""

from collections.abc import Callable, Iterator

import pytest

from laptop import ports
from portal.marketplace.errors import MarketplaceUnavailable
from portal.marketplace.probes import Outcome, Probe, Probes
from tests.cast import ANALYTICS
from tests.marketplace.conftest import Aws

CALLS: dict[str, Callable[[Probes], Probe]] = {
    "aws-marketplace:ResolveCustomer": Probes.resolve_customer,
    "aws-marketplace:GetEntitlements": lambda probes: probes.get_entitlements(ANALYTICS),
    "aws-marketplace:SearchAgreements": Probes.search_agreements,
    "aws-marketplace:DescribeAgreement": Probes.describe_agreement,
    "sqs:GetQueueAttributes": Probes.read_queue,
    "sqs:ReceiveMessage": Probes.receive,
    "sqs:DeleteMessage": Probes.delete,
}


@pytest.fixture
def probes_at(
    aws_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str | None], Probes]]:
    """Makes probes of the AWS at some address; the sandbox's, when none is given."""
    made: list[Probes] = []

    def make(url: str | None = None) -> Probes:
        if url:
            monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        made.append(Probes(aws_environment["NOTIFICATIONS_QUEUE_URL"]))
        return made[-1]

    yield make
    for probes in made:
        probes.close()


@pytest.mark.parametrize("action", CALLS)
def test_the_sandbox_permits_everything(probes_at: Callable[..., Probes], sandbox: object, action: str):
    probe = CALLS[action](probes_at())
    assert (probe.action, probe.outcome) == (action, Outcome.PERMITTED)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("AccessDeniedException", Outcome.REFUSED),
        ("UnrecognizedClientException", Outcome.NOT_KNOWN_TO_AWS),
        ("ThrottlingException", Outcome.NO_ANSWER),
        ("ValidationException", Outcome.PERMITTED),
    ],
)
@pytest.mark.parametrize("action", CALLS)
def test_each_refusal_has_its_meaning(
    probes_at: Callable[..., Probes], aws: Aws, action: str, code: str, outcome: Outcome
):
    aws.refuse(code)
    assert CALLS[action](probes_at(aws.url)).outcome == outcome


def test_an_aws_that_is_away_gives_no_answer(probes_at: Callable[..., Probes]):
    (port,) = ports.any_free(1)
    assert probes_at(f"http://127.0.0.1:{port}").describe_agreement().outcome == Outcome.NO_ANSWER


def test_somebody_else_s_page_is_no_answer(probes_at: Callable[..., Probes], aws: Aws):
    aws.answer(b"<html>Please sign in to the hotel's network</html>", 403)
    probes = probes_at(aws.url)
    with pytest.raises(MarketplaceUnavailable):
        probes.time()
    with pytest.raises(MarketplaceUnavailable):
        probes.identity()


def test_what_is_refused_on_purpose_does_not_fill_the_log(
    probes_at: Callable[..., Probes], sandbox: object, caplog: pytest.LogCaptureFixture
):
    probes_at().resolve_customer()
    assert [record for record in caplog.records if record.name.startswith("portal")] == []


def test_the_marketplace_is_called_in_one_region(probes_at: Callable[..., Probes]):
    assert {address.region for address in probes_at().addresses()} == {"us-east-1"}
