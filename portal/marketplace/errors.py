"""What can go wrong when AWS Marketplace is asked, in our words: "there was a …"."""

from __future__ import annotations


class MarketplaceError(Exception):
    """There was a call to AWS Marketplace that did not succeed. Its text is for logs and staff; it holds no token."""


class TokenInvalid(MarketplaceError):
    """There was a registration token that AWS does not know, or that is not this seller's."""


class TokenExpired(MarketplaceError):
    """There was a registration token that is too old; the buyer gets a new one from AWS at no cost."""


class MarketplaceUnavailable(MarketplaceError):
    """There was no answer for now: throttled, a fault on AWS's side, or no connection. Trying again later is right."""


class MarketplaceRefused(MarketplaceError):
    """There was a refusal that trying again will not change: credentials, permissions, Region, or a wrong parameter."""


class AccessRefused(MarketplaceRefused):
    """There was a call that this account's permissions do not allow."""


class CredentialsRefused(MarketplaceRefused):
    """There were no credentials, or some that AWS does not accept: unknown, expired, or wrongly signed with."""


class NotFound(MarketplaceRefused):
    """There was a question about something that AWS does not know."""


class QueueUnavailable(Exception):
    """There was no answer from SQS, or a refusal. Messages stay where they are, so trying again later is right."""
