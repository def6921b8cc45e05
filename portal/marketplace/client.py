"""AWS Marketplace as the portal sees it: what a token stands for, and what a buyer is entitled to.

boto3 is used as it is: credentials, and on a laptop the endpoints, come from AWS's own variables.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from portal.marketplace.budget import Budget
from portal.marketplace.errors import (
    MarketplaceError,
    MarketplaceRefused,
    MarketplaceUnavailable,
    TokenExpired,
    TokenInvalid,
)
from portal.marketplace.values import EntitlementValue, Purchase

logger = logging.getLogger(__name__)
# At DEBUG botocore writes whole requests and answers into the log: a buyer's token, too.
logging.getLogger("botocore").setLevel(logging.INFO)

ENTITLEMENT_REGION = "us-east-1"
"""GetEntitlements lives in this Region only; botocore would build a dead address for any other."""

# A buyer waits on ResolveCustomer in the browser, so it fails soon and the claim tries again later.
_CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 2},
    user_agent_extra="marketplace-portal",
)
# Only the budget may ask again: a retry inside botocore would be a call that nobody has counted.
_ONCE = _CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
_LATER = frozenset(
    {
        "ThrottlingException",
        "InternalServiceErrorException",
        "InternalServerException",
        "ServiceUnavailable",
        "RequestTimeout",
        "RequestTimeoutException",
        "TooManyRequestsException",
    }
)


PAGE = 25
"""The most entitlements that AWS puts on one page."""


@dataclass(frozen=True)
class Page:
    """One answer of GetEntitlements, and when it was asked for."""

    asked_at: datetime
    rows: list[EntitlementValue]


class Marketplace:
    """The two questions the portal asks of AWS Marketplace. One instance serves all threads.

    Args:
        budget: what every GetEntitlements call is spent from; one of its own unless it is shared.
        region: where ResolveCustomer is called; any commercial Region has it.
    """

    def __init__(self, budget: Budget | None = None, region: str = ENTITLEMENT_REGION) -> None:
        self.budget = budget or Budget(None, patience=10.0)
        self._metering = boto3.client("meteringmarketplace", region_name=region, config=_CONFIG)
        self._entitlement = boto3.client("marketplace-entitlement", region_name=ENTITLEMENT_REGION, config=_ONCE)

    def resolve_customer(self, token: str) -> Purchase:
        """What the registration token stands for (API reference, ResolveCustomer).

        Raises:
            TokenInvalid, TokenExpired: the buyer needs a new token.
            MarketplaceUnavailable: try again later.
            MarketplaceRefused: the portal's credentials or Region are not right.
        """
        try:
            answer = self._metering.resolve_customer(RegistrationToken=token)
        except (ClientError, BotoCoreError) as error:
            raise _in_our_words(error, "ResolveCustomer") from None
        product_code = _text(answer, "ProductCode")
        if not product_code:
            # Every member is optional in AWS's model; without a product code there is nothing to hold on to.
            raise TokenInvalid("ResolveCustomer answered without a product code")
        return Purchase(
            product_code=product_code,
            aws_account_id=_text(answer, "CustomerAWSAccountId"),
            license_arn=_text(answer, "LicenseArn"),
            agreement_id=_text(answer.get("Metadata") or {}, "AgreementId"),
            customer_identifier=_text(answer, "CustomerIdentifier"),
        )

    def get_entitlements(
        self,
        product_code: str,
        *,
        license_arns: Sequence[str] = (),
        aws_account_ids: Sequence[str] = (),
        customer_identifiers: Sequence[str] = (),
    ) -> list[EntitlementValue]:
        """What is granted for a product: every page, in AWS's order; an empty list when nothing is.

        Filters are ANDed, the values of one are ORed. AWS refuses accounts and customer identifiers together.

        Raises:
            MarketplaceUnavailable: try again later.
            MarketplaceRefused: the call itself is not right, or not allowed.
        """
        filters = {
            "LICENSE_ARN": list(license_arns),
            "CUSTOMER_AWS_ACCOUNT_ID": list(aws_account_ids),
            "CUSTOMER_IDENTIFIER": list(customer_identifiers),
        }
        given = {name: values for name, values in filters.items() if values}
        return [row for page in self.entitlement_pages(product_code, given) for row in page.rows]

    def entitlement_pages(
        self, product_code: str, filters: Mapping[str, Sequence[str]] | None = None, *, sweeping: bool = False
    ) -> Iterator[Page]:
        """The pages of one question, as they come; without filters what every customer of the product is granted.

        Args:
            sweeping: whether this is a sweep, which leaves half of the budget to others.

        Raises:
            As ``get_entitlements``, at any page.
        """
        question: dict[str, Any] = {"ProductCode": product_code, "MaxResults": PAGE}
        if filters:
            question["Filter"] = {name: list(values) for name, values in filters.items()}
        while True:
            asked_at, answer = self._ask(question, sweeping)
            # The key is missing when there is nothing, and an empty page may still carry a NextToken.
            yield Page(asked_at, [_entitlement(row, product_code) for row in answer.get("Entitlements") or []])
            next_token = answer.get("NextToken")
            if not next_token or next_token == question.get("NextToken"):
                return
            question["NextToken"] = next_token

    def _ask(self, question: Mapping[str, Any], sweeping: bool) -> tuple[datetime, dict[str, Any]]:
        """One call; one that fails for now is made once more, when everybody's pause is over."""
        for tries_left in (1, 0):
            self.budget.spend(sweeping=sweeping)
            asked_at = datetime.now(UTC)
            try:
                answer: dict[str, Any] = self._entitlement.get_entitlements(**question)
            except (ClientError, BotoCoreError) as error:
                ours = _in_our_words(error, "GetEntitlements")
                if not isinstance(ours, MarketplaceUnavailable):
                    raise ours from None
                self.budget.refused(str(ours))
                if not tries_left:
                    raise ours from None
            else:
                self.budget.answered()
                return asked_at, answer
        raise AssertionError("the last try returns or raises")


def _entitlement(row: Mapping[str, Any], product_code: str) -> EntitlementValue:
    value, value_type = _value(row.get("Value") or {})
    expires_at = row.get("ExpirationDate")
    return EntitlementValue(
        product_code=_text(row, "ProductCode") or product_code,
        dimension=_text(row, "Dimension") or "",
        value=value,
        value_type=value_type,
        # botocore gives the host's zone
        expires_at=expires_at.astimezone(UTC) if isinstance(expires_at, datetime) else None,
        aws_account_id=_text(row, "CustomerAWSAccountId"),
        license_arn=_text(row, "LicenseArn"),
        customer_identifier=_text(row, "CustomerIdentifier"),
    )


def _value(value: Mapping[str, Any]) -> tuple[str, str]:
    for key, value_type in (("IntegerValue", "integer"), ("DoubleValue", "double"), ("StringValue", "string")):
        if value.get(key) is not None:
            return str(value[key]), value_type
    if value.get("BooleanValue") is not None:
        return ("true" if value["BooleanValue"] else "false"), "boolean"
    return "", "unknown"


def _text(answer: Mapping[str, Any], key: str) -> str | None:
    """A member of an answer without blanks around it; absent, null and empty are one."""
    value = answer.get(key)
    return value.strip() or None if isinstance(value, str) else None


def _in_our_words(error: ClientError | BotoCoreError, operation: str) -> MarketplaceError:
    """Translate, without botocore's text: it may quote what was sent, and a token must not reach a log."""
    if not isinstance(error, ClientError):
        kind = type(error).__name__
        unconfigured = kind in {
            "NoCredentialsError",
            "PartialCredentialsError",
            "NoRegionError",
            "ParamValidationError",
        }
        return (MarketplaceRefused if unconfigured else MarketplaceUnavailable)(f"{operation}: {kind}")
    code = str(error.response.get("Error", {}).get("Code", "unknown"))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    logger.warning("AWS answered %s to %s", code, operation)
    if code == "InvalidTokenException":
        return TokenInvalid(f"{operation}: {code}")
    # Expired credentials of ours carry the same code; their text speaks of the security token.
    ours = "security token" in str(error.response.get("Error", {}).get("Message", "")).lower()
    if code == "ExpiredTokenException" and operation == "ResolveCustomer" and not ours:
        return TokenExpired(f"{operation}: {code}")
    if code in _LATER or status >= 500:
        return MarketplaceUnavailable(f"{operation}: {code}")
    return MarketplaceRefused(f"{operation}: {code}")
