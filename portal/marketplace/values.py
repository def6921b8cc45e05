"""What AWS Marketplace answers, in our words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Purchase:
    """What a registration token stands for (ResolveCustomer). Every member but the product code may be missing.

    `customer_identifier` is the legacy name of the buyer; products under Concurrent Agreements do not have it.
    """

    product_code: str
    aws_account_id: str | None = None
    license_arn: str | None = None
    agreement_id: str | None = None
    customer_identifier: str | None = None


@dataclass(frozen=True)
class EntitlementValue:
    """One entitlement of GetEntitlements.

    `value` is text in the spelling of `value_type`: `integer` and `double` as decimal digits, `boolean` as `true` or
    `false`, `string` as sent, `unknown` when AWS sent none of the four. `expires_at` is aware UTC; AWS may omit it.
    """

    product_code: str
    dimension: str
    value: str
    value_type: str
    expires_at: datetime | None = None
    aws_account_id: str | None = None
    license_arn: str | None = None
    customer_identifier: str | None = None


@dataclass(frozen=True)
class Agreement:
    """One agreement of the Agreement API, as its proposer sees it.

    `status` is AWS's word: ACTIVE, CANCELLED, EXPIRED, RENEWED …, or one that is new. `ends_at` is None for pay as you
    go. `auto_renew` is None where AWS says neither that it renews nor that it expires. Times are aware UTC, cut to the
    second, which is as precise as events are.
    """

    agreement_id: str
    status: str
    initial_agreement_id: str | None = None
    """The very first agreement of a chain of renewals and replacements."""
    aws_account_id: str | None = None
    product_ids: tuple[str, ...] = ()
    license_arns: tuple[str, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    auto_renew: bool | None = None
    updated_at: datetime | None = None
