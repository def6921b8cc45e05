"""How AWS is called: how long it may take, how often it is tried, and its errors in our words."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from portal.marketplace.budget import Budget
from portal.marketplace.errors import (
    AccessRefused,
    CredentialsRefused,
    MarketplaceError,
    MarketplaceRefused,
    MarketplaceUnavailable,
    NotFound,
    TokenExpired,
    TokenInvalid,
)

logger = logging.getLogger(__name__)

# A buyer waits on ResolveCustomer in the browser, so it fails soon and the claim tries again later.
CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 2},
    user_agent_extra="marketplace-portal",
)
# Only the budget may ask again: a retry inside botocore would be a call that nobody has counted.
ONCE = CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
FAILURES = (ClientError, BotoCoreError, ResponseParserError)
"""What a call to AWS may raise. The last is no BotoCoreError: somebody else answered, such as a proxy."""
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
_REFUSALS = {
    **dict.fromkeys(
        ("AccessDeniedException", "AccessDenied", "AuthorizationError", "AuthorizationErrorException"), AccessRefused
    ),
    **dict.fromkeys(("ResourceNotFoundException", "AWS.SimpleQueueService.NonExistentQueue"), NotFound),
    **dict.fromkeys(
        (
            "UnrecognizedClientException",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "SignatureDoesNotMatch",
            "IncompleteSignatureException",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidSecurity",
        ),
        CredentialsRefused,
    ),
}


def ask(
    call: Callable[..., dict[str, Any]],
    question: Mapping[str, Any],
    operation: str,
    budget: Budget,
    *,
    sweeping: bool = False,
) -> tuple[datetime, dict[str, Any]]:
    """One call, spent from a budget; one that fails for now is made once more, when everybody's pause is over.

    Returns:
        When it was asked, and the answer.

    Raises:
        MarketplaceUnavailable, MarketplaceRefused.
    """
    for tries_left in (1, 0):
        budget.spend(sweeping=sweeping)
        asked_at = datetime.now(UTC)
        try:
            answer = call(**question)
        except FAILURES as error:
            ours = in_our_words(error, operation)
            if not isinstance(ours, MarketplaceUnavailable):
                raise ours from None
            budget.refused(str(ours))
            if not tries_left:
                raise ours from None
        else:
            budget.answered()
            return asked_at, answer
    raise AssertionError("the last try returns or raises")


def text(answer: Mapping[str, Any], key: str) -> str | None:
    """A member of an answer without blanks around it; absent, null and empty are one."""
    value = answer.get(key)
    return value.strip() or None if isinstance(value, str) else None


def in_our_words(
    error: ClientError | BotoCoreError | ResponseParserError, operation: str, *, expected: bool = False
) -> MarketplaceError:
    """Translate, without botocore's text: it may quote what was sent, and a token must not reach a log.

    Args:
        expected: whether an error is what was asked for, and nothing to write into the log.
    """
    if not isinstance(error, ClientError):
        kind = type(error).__name__
        if kind in {"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError"}:
            return CredentialsRefused(f"{operation}: {kind}")
        unconfigured = kind in {"NoRegionError", "ParamValidationError"}
        return (MarketplaceRefused if unconfigured else MarketplaceUnavailable)(f"{operation}: {kind}")
    code = str(error.response.get("Error", {}).get("Code", "unknown"))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if not expected:
        logger.warning("AWS answered %s to %s", code, operation)
    if code == "InvalidTokenException":
        return TokenInvalid(f"{operation}: {code}")
    # Expired credentials of ours carry the same code; their text speaks of the security token.
    ours = "security token" in str(error.response.get("Error", {}).get("Message", "")).lower()
    if code == "ExpiredTokenException" and operation == "ResolveCustomer" and not ours:
        return TokenExpired(f"{operation}: {code}")
    if code in _LATER or status >= 500:
        return MarketplaceUnavailable(f"{operation}: {code}")
    return _REFUSALS.get(code, MarketplaceRefused)(f"{operation}: {code}")
