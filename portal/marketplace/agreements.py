"""The Agreement API, as far as a seller may ask: what became of the agreements of a product.

Not every account may call it, and one that sells through a channel partner does not see those agreements. So a refusal
of access is an answer here, and no error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cached_property
from typing import Any

import boto3

from portal.marketplace.budget import Budget
from portal.marketplace.errors import AccessRefused, NotFound
from portal.marketplace.values import Agreement
from portal.marketplace.wire import ONCE, ask, text

REGION = "us-east-1"
"""The Agreement API lives in this Region only (agreement API, "Regions")."""
PAGE = 50
"""The most agreements that AWS puts on one page."""
CALLS_PER_SECOND = 4
"""One short of what AWS allows (agreement API, "Service quotas")."""


class MayNot(Enum):
    """The answer to an account that may not call the Agreement API."""

    ASK = "may not ask"


@dataclass(frozen=True)
class AgreementPage:
    """One answer of SearchAgreements, and where the next is; None on the last one."""

    asked_at: datetime
    agreements: list[Agreement]
    next_token: str | None = None


class Agreements:
    """The seller's agreements. One instance serves all threads.

    Args:
        budget: what every call is spent from; one of its own unless it is shared.
    """

    def __init__(self, budget: Budget | None = None) -> None:
        self.budget = budget or Budget(None, patience=10.0, per_second=CALLS_PER_SECOND, name="agreements")

    def pages(self, product_id: str, *, token: str | None = None) -> Iterator[AgreementPage | MayNot]:
        """The agreements of a product that this seller proposed, in every status, those that start first first.

        Args:
            product_id: the catalogue's id (`prod-…`), which is not the product code.
            token: where to go on: the `next_token` of an earlier page.

        Raises:
            MarketplaceUnavailable: try again later.
            MarketplaceRefused: the call itself is not right.
        """
        filters = {"AgreementType": "PurchaseAgreement", "PartyType": "Proposer", "ResourceIdentifier": product_id}
        question: dict[str, Any] = {
            "catalog": "AWSMarketplace",
            "filters": [{"name": name, "values": [value]} for name, value in filters.items()],
            # A start does not move while the pages are read; the end, which AWS sorts by otherwise, may.
            "sort": {"sortBy": "StartTime", "sortOrder": "ASCENDING"},
            "maxResults": PAGE,
        }
        while True:
            if token:
                question["nextToken"] = token
            try:
                asked_at, answer = ask(self._api.search_agreements, question, "SearchAgreements", self.budget)
            except AccessRefused:
                yield MayNot.ASK
                return
            next_token = answer.get("nextToken")
            token = next_token if next_token and next_token != token else None
            found = [_agreement(one) for one in answer.get("agreementViewSummaries") or []]
            yield AgreementPage(asked_at, [one for one in found if one.agreement_id], token)
            if not token:
                return

    def describe(self, agreement_id: str) -> Agreement | MayNot | None:
        """One agreement; None when there is none of this id. AWS tells no licences here, and no time of the update.

        Raises:
            As ``pages``.
        """
        try:
            _asked_at, answer = ask(
                self._api.describe_agreement, {"agreementId": agreement_id}, "DescribeAgreement", self.budget
            )
        except AccessRefused:
            return MayNot.ASK
        except NotFound:
            return None
        return _agreement(answer)

    @cached_property
    def _api(self) -> Any:
        # Made when it is first needed: a web process never asks.
        return boto3.client("marketplace-agreement", region_name=REGION, config=ONCE)


def _agreement(told: Mapping[str, Any]) -> Agreement:
    behaviour = text(told, "endTimeBehaviorType") or text(told.get("endTimeBehavior") or {}, "type")
    resources = (told.get("proposalSummary") or {}).get("resources") or []
    return Agreement(
        agreement_id=text(told, "agreementId") or "",
        status=text(told, "status") or "",
        initial_agreement_id=text(told, "initialAgreementId"),
        aws_account_id=text(told.get("acceptor") or {}, "accountId"),
        product_ids=tuple(name for one in resources if (name := text(one, "id"))),
        license_arns=tuple(arn for one in told.get("entitlements") or [] if (arn := text(one, "licenseArn"))),
        starts_at=_time(told, "startTime"),
        ends_at=_time(told, "endTime"),
        auto_renew={"RENEW": True, "EXPIRE": False}.get(behaviour or ""),
        updated_at=_time(told, "lastUpdateTime"),
    )


def _time(told: Mapping[str, Any], key: str) -> datetime | None:
    value = told.get(key)
    # botocore gives the host's zone
    return value.astimezone(UTC).replace(microsecond=0) if isinstance(value, datetime) else None
