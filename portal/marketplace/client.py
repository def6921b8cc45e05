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
from botocore.exceptions import BotoCoreError, ClientError

from portal.marketplace.budget import Budget
from portal.marketplace.errors import TokenInvalid
from portal.marketplace.values import EntitlementValue, Purchase
from portal.marketplace.wire import CONFIG, ONCE, ask, in_our_words, text

# At DEBUG botocore writes whole requests and answers into the log: a buyer's token, too.
logging.getLogger("botocore").setLevel(logging.INFO)

ENTITLEMENT_REGION = "us-east-1"
"""GetEntitlements lives in this Region only; botocore would build a dead address for any other."""

PAGE = 25
"""The most entitlements that AWS puts on one page."""


@dataclass(frozen=True)
class Page:
    """One answer of GetEntitlements, and when it was asked for."""

    asked_at: datetime
    rows: list[EntitlementValue]
    next_token: str | None = None
    """Where the next page is; None on the last one."""


class Marketplace:
    """The two questions the portal asks of AWS Marketplace. One instance serves all threads.

    Args:
        budget: what every GetEntitlements call is spent from; one of its own unless it is shared.
        region: where ResolveCustomer is called; any commercial Region has it.
    """

    def __init__(self, budget: Budget | None = None, region: str = ENTITLEMENT_REGION) -> None:
        self.budget = budget or Budget(None, patience=10.0)
        self._metering = boto3.client("meteringmarketplace", region_name=region, config=CONFIG)
        self._entitlement = boto3.client("marketplace-entitlement", region_name=ENTITLEMENT_REGION, config=ONCE)

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
            raise in_our_words(error, "ResolveCustomer") from None
        product_code = text(answer, "ProductCode")
        if not product_code:
            # Every member is optional in AWS's model; without a product code there is nothing to hold on to.
            raise TokenInvalid("ResolveCustomer answered without a product code")
        return Purchase(
            product_code=product_code,
            aws_account_id=text(answer, "CustomerAWSAccountId"),
            license_arn=text(answer, "LicenseArn"),
            agreement_id=text(answer.get("Metadata") or {}, "AgreementId"),
            customer_identifier=text(answer, "CustomerIdentifier"),
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
        self,
        product_code: str,
        filters: Mapping[str, Sequence[str]] | None = None,
        *,
        sweeping: bool = False,
        token: str | None = None,
    ) -> Iterator[Page]:
        """The pages of one question, as they come; without filters what every customer of the product is granted.

        Args:
            sweeping: whether this is a sweep, which leaves half of the budget to others.
            token: where to go on: the `next_token` of an earlier page of the same question.

        Raises:
            As ``get_entitlements``, at any page.
        """
        question: dict[str, Any] = {"ProductCode": product_code, "MaxResults": PAGE}
        if filters:
            question["Filter"] = {name: list(values) for name, values in filters.items()}
        while True:
            if token:
                question["NextToken"] = token
            asked_at, answer = ask(
                self._entitlement.get_entitlements, question, "GetEntitlements", self.budget, sweeping=sweeping
            )
            next_token = answer.get("NextToken")
            token = next_token if next_token and next_token != token else None
            # The key is missing when there is nothing, and an empty page may still carry a NextToken.
            rows = [_entitlement(row, product_code) for row in answer.get("Entitlements") or []]
            yield Page(asked_at, rows, token)
            if not token:
                return


def _entitlement(row: Mapping[str, Any], product_code: str) -> EntitlementValue:
    value, value_type = _value(row.get("Value") or {})
    expires_at = row.get("ExpirationDate")
    return EntitlementValue(
        product_code=text(row, "ProductCode") or product_code,
        dimension=text(row, "Dimension") or "",
        value=value,
        value_type=value_type,
        # botocore gives the host's zone
        expires_at=expires_at.astimezone(UTC) if isinstance(expires_at, datetime) else None,
        aws_account_id=text(row, "CustomerAWSAccountId"),
        license_arn=text(row, "LicenseArn"),
        customer_identifier=text(row, "CustomerIdentifier"),
    )


def _value(value: Mapping[str, Any]) -> tuple[str, str]:
    for key, value_type in (("IntegerValue", "integer"), ("DoubleValue", "double"), ("StringValue", "string")):
        if value.get(key) is not None:
            return str(value[key]), value_type
    if value.get("BooleanValue") is not None:
        return ("true" if value["BooleanValue"] else "false"), "boolean"
    return "", "unknown"
