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
