"""What a caller of SearchAgreements asks for, read and checked. The rules are those of AWS's service model."""

import base64
import binascii
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sandbox.aws.wire import AwsError
from sandbox.catalogue import Catalogue
from sandbox.searching import CHANGE, END, START, Place, Search

MOST = 50
MOST_FILTERS = 10
SORTS = {"EndTime": END, "StartTime": START, "LastUpdateTime": CHANGE}
EQUAL = {
    "AcceptorAccountId": "account_id",
    "OfferId": "offer_id",
    "Status": "status",
    "InitialAgreementId": "initial_agreement_id",
    "LicenseArn": "license_arn",
    "EndTimeBehaviorType": "end_behavior",
}
BEFORE = {f"Before{name}": column for name, column in SORTS.items()}
AFTER = {f"After{name}": column for name, column in SORTS.items()}
# Filters with only one value that finds anything here: all is sold by the seller who asks, directly, and is SaaS.
FIXED = {
    "AgreementType": "PurchaseAgreement",
    "PartyType": "Proposer",
    "ResourceType": "SaaSProduct",
    "OfferSetId": None,
    "IncludesContactOfType": None,
}
REASON = "EndTimeBehaviorReasonCode"
NAMES = (*FIXED, "ResourceIdentifier", *EQUAL, REASON, *BEFORE, *AFTER)


def read_search(request: dict[str, Any], catalogue: Catalogue) -> Search | None:
    """The search a request asks for; None for one that can find nothing. Raises AwsError (ValidationException)."""
    if request.get("catalog") not in (None, "AWSMarketplace"):
        raise invalid("INVALID_CATALOG", "The catalog is AWSMarketplace")
    filters = _filters(request.get("filters"))
    equal = {EQUAL[name]: value for name, value in filters.items() if name in EQUAL}
    if "ResourceIdentifier" in filters:
        equal["product_code"] = next(
            (each.code for each in catalogue.products if each.id == filters["ResourceIdentifier"]), ""
        )
    if REASON in filters:
        expires = filters[REASON] == "ACCEPTOR_RENEW_OPTED_OUT" and equal.get("end_behavior") in (None, "EXPIRE")
        equal["end_behavior"] = "EXPIRE" if expires else ""
    sort, descending = _sort(request.get("sort"))
    if any(name in filters and filters[name] != value for name, value in FIXED.items()):
        return None
    return Search(
        equal=equal,
        before={column: _moment(filters[name]) for name, column in BEFORE.items() if name in filters},
        after={column: _moment(filters[name]) for name, column in AFTER.items() if name in filters},
        sort=sort,
        descending=descending,
    )


def page_size(given: Any) -> int:
    if given is None:
        return MOST
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= MOST:
        raise invalid("INVALID_MAX_RESULTS", f"maxResults must be between 1 and {MOST}")
    return given


def token(request: dict[str, Any], place: Place) -> str:
    """Where to go on. It belongs to its search: with another one it is refused."""
    return base64.b64encode(json.dumps([_fingerprint(request), *place]).encode()).decode()


def place_of(request: dict[str, Any]) -> Place | None:
    """Where the caller wants to go on. Raises AwsError (ValidationException)."""
    given = request.get("nextToken")
    if given is None:
        return None
    try:
        fingerprint, value, number = json.loads(base64.b64decode(given, validate=True))
        if fingerprint != _fingerprint(request):
            raise ValueError
        return str(value), int(number)
    except (TypeError, ValueError, binascii.Error):
        raise invalid("INVALID_NEXT_TOKEN", "nextToken does not belong to this search") from None


def invalid(reason: str, message: str) -> AwsError:
    return AwsError("ValidationException", message, reason=reason)


def _fingerprint(request: dict[str, Any]) -> str:
    question = json.dumps([request.get("filters"), request.get("sort")], sort_keys=True)
    return hashlib.sha256(question.encode()).hexdigest()[:16]


def _filters(given: Any) -> dict[str, str]:
    """Name and value of each filter; the model allows one value each, and demands AgreementType."""
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_FILTERS:
        raise invalid("INVALID_FILTERS", f"There must be 1 to {MOST_FILTERS} filters, AgreementType among them")
    filters: dict[str, str] = {}
    for each in given:
        name = each.get("name") if isinstance(each, dict) else None
        if name not in NAMES:
            raise invalid("INVALID_FILTER_NAME", f"There is no filter {name!r}")
        values = each.get("values")
        if not isinstance(values, list) or len(values) != 1 or not isinstance(values[0], str) or not values[0]:
            raise invalid("INVALID_FILTER_VALUES", f"Filter {name} needs exactly one value")
        filters[name] = values[0]
    if "AgreementType" not in filters:
        raise invalid("MISSING_FILTER_NAME", "Filter AgreementType is missing")
    return filters


def _sort(given: Any) -> tuple[str, bool]:
    """The column and whether downwards. By EndTime when nothing is said."""
    if given is None:
        return END, False
    if not isinstance(given, dict) or given.get("sortBy", "EndTime") not in SORTS:
        raise invalid("INVALID_SORT_BY", f"sortBy is one of {', '.join(SORTS)}")
    if given.get("sortOrder", "ASCENDING") not in ("ASCENDING", "DESCENDING"):
        raise invalid("INVALID_SORT_ORDER", "sortOrder is ASCENDING or DESCENDING")
    return SORTS[given.get("sortBy", "EndTime")], given.get("sortOrder") == "DESCENDING"


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid("INVALID_FILTER_VALUES", f"{text!r} is not a time such as 2026-11-21T00:00:00Z") from None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
