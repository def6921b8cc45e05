"""The Agreement API, as far as a seller needs it to reconcile: search, describe, and what an agreement entitles to."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.agreements import SELLER_ACCOUNT_ID, Agreement, Agreements
from sandbox.aws.agreement_search import invalid, page_size, place_of, read_search, token
from sandbox.aws.cbor import Moment
from sandbox.aws.wire import AwsError
from sandbox.catalogue import Catalogue, Product
from sandbox.errors import NotFound
from sandbox.searching import search
from sandbox.storage import Storage

# The service model names the statuses and reasons; which reason goes with which status is plain from their names.
REASONS = {
    "SCHEDULED": "FUTURE_START_DATE",
    "PENDING": "PROVISIONING_IN_PROGRESS",
    "FAILED": "INVALID_PAYMENT_INSTRUMENT",
    "DEPROVISIONED": "AGREEMENT_INACTIVE",
}


class AgreementService:
    """SearchAgreements, DescribeAgreement and GetAgreementEntitlements; the caller is the seller, and so Proposer."""

    def __init__(self, catalogue: Catalogue, storage: Storage, agreements: Agreements) -> None:
        self._catalogue = catalogue
        self._storage = storage
        self._agreements = agreements

    def search_agreements(self, request: dict[str, Any]) -> dict[str, Any]:
        wanted = read_search(request, self._catalogue)
        size = page_size(request.get("maxResults"))
        place = place_of(request)
        found = search(self._storage, wanted, place, size + 1) if wanted else []
        answer: dict[str, Any] = {"agreementViewSummaries": [self._summary(each) for _, each in found[:size]]}
        if len(found) > size:
            answer["nextToken"] = token(request, found[size - 1][0])
        return answer

    def describe_agreement(self, request: dict[str, Any]) -> dict[str, Any]:
        agreement = self._find(request)
        product = self._catalogue.product(agreement.product_code)
        answer = _common(agreement, product)
        answer["estimatedCharges"] = {"currencyCode": "USD", "agreementValue": str(_charges(agreement, product))}
        if agreement.ends_at:
            behavior: dict[str, Any] = {"type": _end_behavior(agreement)}
            if not agreement.auto_renew:
                behavior["reasonCode"] = "ACCEPTOR_RENEW_OPTED_OUT"
            answer["endTimeBehavior"] = behavior | {"renewalSummary": {"offerId": agreement.offer_id}}
        if agreement.free_trial and agreement.ends_at:
            answer["freeTrialSummary"] = {"trialEndTime": _moment(agreement.ends_at)}
        return answer

    def get_agreement_entitlements(self, request: dict[str, Any]) -> dict[str, Any]:
        agreement = self._find(request)
        page_size(request.get("maxResults"))
        if request.get("nextToken") is not None:  # one product, one entitlement: there is never a second page
            raise invalid("INVALID_NEXT_TOKEN", "nextToken does not belong to this agreement")
        product = self._catalogue.product(agreement.product_code)
        status = agreement.entitlement_status
        entitlement: dict[str, Any] = {"resource": _resource(product), "type": "License", "status": status}
        if status in REASONS:
            entitlement["statusReasonCode"] = REASONS[status]
        if agreement.is_licensed:
            entitlement["licenseArn"] = agreement.license_arn
        return {"agreementEntitlements": [entitlement]}

    def _find(self, request: dict[str, Any]) -> Agreement:
        agreement_id = request.get("agreementId")
        if not isinstance(agreement_id, str) or not agreement_id:
            raise invalid("MISSING_AGREEMENT_ID", "agreementId is missing")
        try:
            return self._agreements.get(agreement_id)
        except NotFound:
            raise AwsError(
                "ResourceNotFoundException",
                f"There is no agreement {agreement_id}",
                resourceId=agreement_id,
                resourceType="Agreement",
            ) from None

    def _summary(self, agreement: Agreement) -> dict[str, Any]:
        summary = _common(agreement, self._catalogue.product(agreement.product_code))
        summary["lastUpdateTime"] = _moment(agreement.changed_at)
        summary["entitlements"] = [{"licenseArn": agreement.license_arn}] if agreement.is_licensed else []
        if agreement.ends_at:
            summary["endTimeBehaviorType"] = _end_behavior(agreement)
            if not agreement.auto_renew:
                summary["endTimeBehaviorReasonCode"] = "ACCEPTOR_RENEW_OPTED_OUT"
            if agreement.free_trial:
                summary["freeTrialEndTime"] = _moment(agreement.ends_at)
        return summary


def _common(agreement: Agreement, product: Product) -> dict[str, Any]:
    common = {
        "agreementId": agreement.agreement_id,
        "agreementType": "PurchaseAgreement",
        "status": agreement.status,
        "acceptor": {"accountId": agreement.account_id},
        "proposer": {"accountId": SELLER_ACCOUNT_ID},
        "acceptanceTime": _moment(agreement.accepted_at),
        "startTime": _moment(agreement.starts_at),
        "proposalSummary": {"resources": [_resource(product)], "offerId": agreement.offer_id},
        "initialAgreementId": agreement.initial_agreement_id,
    }
    if agreement.ends_at:  # null for pay as you go, says the model: so absent on the wire
        common["endTime"] = _moment(agreement.ends_at)
    return common


def _resource(product: Product) -> dict[str, str]:
    return {"id": product.id, "type": "SaaSProduct"}


def _end_behavior(agreement: Agreement) -> str:
    return "RENEW" if agreement.auto_renew else "EXPIRE"


def _charges(agreement: Agreement, product: Product) -> Decimal:
    """What the whole term costs; nothing for a trial, and nothing known in advance for pay as you go."""
    if agreement.free_trial or agreement.months is None:
        return Decimal("0.00")
    prices = {each.key: each.price for each in product.dimensions}
    monthly = sum((prices.get(key, Decimal(0)) * value for key, value in agreement.dimensions.items()), Decimal(0))
    return (monthly * agreement.months).quantize(Decimal("0.01"))


def _moment(moment: datetime) -> Moment:
    return Moment(int(moment.timestamp()))
