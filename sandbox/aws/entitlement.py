"""GetEntitlements, as the entitlement service answers it."""

import base64
import binascii
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.aws.cbor import Moment
from sandbox.aws.wire import AwsError
from sandbox.catalogue import Catalogue, Product
from sandbox.errors import NotFound
from sandbox.grants import NO_EXPIRY, Grants
from sandbox.switches import Switches

# What can be filtered by, and the column that holds it.
FILTERS = {
    "CUSTOMER_IDENTIFIER": "account_id",
    "DIMENSION": "dimension",
    "CUSTOMER_AWS_ACCOUNT_ID": "account_id",
    "LICENSE_ARN": "license_arn",
}
MOST = 25


class Entitlement:
    """The entitlement service's only operation."""

    def __init__(self, catalogue: Catalogue, grants: Grants, switches: Switches, now: Callable[[], datetime]) -> None:
        self._catalogue = catalogue
        self._grants = grants
        self._switches = switches
        self._now = now

    def get_entitlements(self, request: dict[str, Any]) -> dict[str, Any]:
        """The entitlements of a product, filtered and paged. The key is missing altogether when there are none."""
        code = request.get("ProductCode")
        if not isinstance(code, str) or not code:
            raise _invalid("Product code is missing")
        try:
            product = self._catalogue.product(code)
        except NotFound:
            raise _invalid("Product code is invalid") from None
        wanted = self._columns(_filter(request.get("Filter")), product)
        size = _page_size(request.get("MaxResults"))
        after = _page(request.get("NextToken"), code)
        shown = self._grants.page(code, self._now(), wanted, after, size + 1) if self._has_rows(product) else []
        answer: dict[str, Any] = {}
        if shown:
            answer["Entitlements"] = [self._entitlement(row, product) for row in shown[:size]]
        if len(shown) > size:
            answer["NextToken"] = base64.b64encode(f"{code}:{shown[size - 1]['number']}".encode()).decode()
        return answer

    def _has_rows(self, product: Product) -> bool:
        """AWS does not say whether pay as you go has entitlements under concurrent agreements: both can be tried."""
        if product.is_subscription:
            return self._switches.settings().subscription_rows and not product.is_legacy
        return True

    def _columns(self, wanted: dict[str, list[str]], product: Product) -> dict[str, list[str]]:
        """The filter in terms of what is stored: customer identifiers become the accounts they stand for."""
        columns = {FILTERS[key]: values for key, values in wanted.items()}
        if "CUSTOMER_IDENTIFIER" in wanted:
            found = [self._catalogue.customer(each) for each in wanted["CUSTOMER_IDENTIFIER"]]
            # Under concurrent agreements nobody has an identifier that could match.
            columns["account_id"] = [each.account_id for each in found if each and product.is_legacy]
        return columns

    def _entitlement(self, row: sqlite3.Row, product: Product) -> dict[str, Any]:
        entitlement = {
            "ProductCode": row["product_code"],
            "Dimension": row["dimension"],
            "CustomerAWSAccountId": row["account_id"],
            "LicenseArn": row["license_arn"],
            "Value": {"BooleanValue": True} if product.is_subscription else {"IntegerValue": row["value"]},
        }
        if row["expires_at"] != NO_EXPIRY:
            entitlement["ExpirationDate"] = Moment(int(row["expires_at"]))
        if product.is_legacy:
            entitlement["CustomerIdentifier"] = self._catalogue.account(row["account_id"]).customer_identifier
        return entitlement


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
