"""GetEntitlements, as the entitlement service answers it."""

import base64
import binascii
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.agreements import Agreements
from sandbox.aws.cbor import Moment
from sandbox.aws.wire import AwsError
from sandbox.catalogue import Catalogue
from sandbox.errors import NotFound

FILTERS = ("CUSTOMER_IDENTIFIER", "DIMENSION", "CUSTOMER_AWS_ACCOUNT_ID", "LICENSE_ARN")
MOST = 25


class Entitlement:
    """The entitlement service's only operation."""

    def __init__(self, catalogue: Catalogue, agreements: Agreements, now: Callable[[], datetime]) -> None:
        self._catalogue = catalogue
        self._agreements = agreements
        self._now = now

    def get_entitlements(self, request: dict[str, Any]) -> dict[str, Any]:
        """The entitlements of a product, filtered and paged. The key is missing altogether when there are none."""
        code = request.get("ProductCode")
        if not isinstance(code, str) or not code:
            raise _invalid("Product code is missing")
        try:
            self._catalogue.product(code)
        except NotFound:
            raise _invalid("Product code is invalid") from None
        wanted = _filter(request.get("Filter"))
        size = _page_size(request.get("MaxResults"))
        after = _page(request.get("NextToken"), code)
        shown = [
            self._entitlement(row)
            for row in self._agreements.grants(code, self._now())
            if row["number"] > after and self._matches(row, wanted)
        ]
        answer: dict[str, Any] = {}
        if shown:
            answer["Entitlements"] = [entitlement for _, entitlement in shown[:size]]
        if len(shown) > size:
            last, _ = shown[size - 1]
            answer["NextToken"] = base64.b64encode(f"{code}:{last}".encode()).decode()
        return answer

    def _customer_identifier(self, row: sqlite3.Row) -> str | None:
        if not self._catalogue.product(row["product_code"]).is_legacy:
            return None
        return self._catalogue.account(row["account_id"]).customer_identifier

    def _matches(self, row: sqlite3.Row, wanted: dict[str, list[str]]) -> bool:
        """Values of one key are alternatives, keys must all hold."""
        values = {
            "CUSTOMER_IDENTIFIER": self._customer_identifier(row),
            "DIMENSION": row["dimension"],
            "CUSTOMER_AWS_ACCOUNT_ID": row["account_id"],
            "LICENSE_ARN": row["license_arn"],
        }
        return all(values[key] in allowed for key, allowed in wanted.items())

    def _entitlement(self, row: sqlite3.Row) -> tuple[int, dict[str, Any]]:
        entitlement = {
            "ProductCode": row["product_code"],
            "Dimension": row["dimension"],
            "CustomerAWSAccountId": row["account_id"],
            "LicenseArn": row["license_arn"],
            "Value": {"IntegerValue": row["value"]},
            "ExpirationDate": Moment(int(row["expires_at"])),
        }
        if identifier := self._customer_identifier(row):
            entitlement["CustomerIdentifier"] = identifier
        return int(row["number"]), entitlement


def _filter(given: Any) -> dict[str, list[str]]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise _invalid("Filter must be a map")
    for key, values in given.items():
        if key not in FILTERS:
            raise _invalid(f"Filter key {key} is not one of {', '.join(FILTERS)}")
        if not isinstance(values, list) or not values or not all(isinstance(each, str) for each in values):
            raise _invalid(f"Filter {key} needs a list of at least one value")
    if "CUSTOMER_IDENTIFIER" in given and "CUSTOMER_AWS_ACCOUNT_ID" in given:
        raise _invalid("CUSTOMER_IDENTIFIER and CUSTOMER_AWS_ACCOUNT_ID cannot be used together")
    return given


def _page_size(given: Any) -> int:
    if given is None:
        return MOST
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= MOST:
        raise _invalid(f"MaxResults must be between 1 and {MOST}")
    return given


def _page(token: Any, code: str) -> int:
    """The number of the last row on the page before; 0 for the first page."""
    if token is None:
        return 0
    try:
        product_code, _, number = base64.b64decode(token, validate=True).decode().rpartition(":")
        last = int(number)
    except (TypeError, ValueError, binascii.Error):
        raise _invalid("NextToken is invalid") from None
    if product_code != code:
        raise _invalid("NextToken belongs to another request")
    return last


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message)
