"""ResolveCustomer, as the metering service answers it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sandbox.agreements import Agreements
from sandbox.aws.wire import AwsError
from sandbox.catalogue import Catalogue
from sandbox.errors import NotFound
from sandbox.switches import Switches
from sandbox.tokens import Tokens, Unreadable


class Metering:
    """The one operation of the metering service that a fulfilment URL needs."""

    def __init__(
        self,
        catalogue: Catalogue,
        agreements: Agreements,
        tokens: Tokens,
        switches: Switches,
        now: Callable[[], datetime],
    ) -> None:
        self._catalogue = catalogue
        self._agreements = agreements
        self._tokens = tokens
        self._switches = switches
        self._now = now

    def resolve_customer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Who bought what, for a token. The same token gives the same answer until it expires."""
        token = request.get("RegistrationToken")
        if not isinstance(token, str) or not token:
            raise AwsError("InvalidTokenException", "Registration token is missing")
        try:
            agreement_id, made_at = self._tokens.read(token)
            agreement = self._agreements.get(agreement_id)
            product = self._catalogue.product(agreement.product_code)
            account = self._catalogue.account(agreement.account_id)
        except (Unreadable, NotFound):
            raise AwsError("InvalidTokenException", "Registration token is invalid") from None
        lifetime = timedelta(seconds=self._switches.settings().token_lifetime_seconds)
        if self._now() >= made_at + lifetime:
            raise AwsError("ExpiredTokenException", "Registration token has expired")
        answer: dict[str, Any] = {
            "CustomerAWSAccountId": agreement.account_id,
            "ProductCode": agreement.product_code,
            "LicenseArn": agreement.license_arn,  # for legacy products too
            "Metadata": {"AgreementId": agreement.agreement_id},
        }
        if product.is_legacy:  # not populated under concurrent agreements
            answer["CustomerIdentifier"] = account.customer_identifier
        return answer
