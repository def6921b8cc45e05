"""The variables of the environment: each setting's name, default and meaning. The documentation says the same."""

from __future__ import annotations

from dataclasses import dataclass

SECRETS = frozenset({"SECRET_KEY", "SECRET_KEY_FALLBACKS", "DATABASE_URL", "REDIS_URL", "SMTP_URL"})
"""What may stand in a file named by `<NAME>_FILE`."""


@dataclass(frozen=True)
class Setting:
    """One variable of the environment: its name, what it is when unset, and what it means."""

    name: str
    default: str
    meaning: str


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "SECRET_KEY", "", "Signs sessions, seals tokens; at least 32 random characters, but on a laptop. Required."
    ),
    Setting(
        "SECRET_KEY_FALLBACKS",
        "",
        "Earlier values of SECRET_KEY, separated by commas: what they signed or sealed is still good.",
    ),
    Setting(
        "HTTPS", "", "`true` or `false`: whether browsers use HTTPS. True, unless AWS is a sandbox on this machine."
    ),
    Setting("PORTAL_URL", "http://127.0.0.1:8000", "The portal's own address, for links in mail."),
    Setting("DATABASE_URL", "sqlite:///portal.db", "SQLite, or PostgreSQL as `postgresql://user@host/name`."),
    Setting("REDIS_URL", "redis://127.0.0.1:6379/0", "Redis or Valkey, for the job queue."),
    Setting("PRODUCTS_FILE", "products.toml", "The products sold on AWS Marketplace."),
    Setting("NOTIFICATIONS_QUEUE_URL", "", "The SQS queue that receives AWS's notifications. The worker needs it."),
    Setting("SELLER_NAME", "Marketplace Portal", "The seller's name, as buyers know it."),
    Setting(
        "BRAND_LOGO",
        "",
        "An SVG or PNG file, under 64 KB, shown at the top of every page: see [Branding](branding.md).",
    ),
    Setting("BRAND_COLOUR", "", "The seller's colour as `#rrggbb`; its shades are derived from it."),
    Setting("WORDING_FILE", "", "A TOML file with the seller's own words for some texts."),
    Setting("SUPPORT_EMAIL", "", "Where buyers get help, as AWS asks; a product may name its own."),
    Setting("SUPPORT_URL", "", "The seller's help pages."),
    Setting("TERMS_URL", "", "The seller's terms; without it a page of the portal's own is shown."),
    Setting("PRIVACY_URL", "", "The seller's privacy notice; without it a page of the portal's own is shown."),
    Setting(
        "SUBSCRIPTIONS_URL",
        "https://console.aws.amazon.com/marketplace/home#/subscriptions",
        "Where buyers manage their subscriptions on AWS; other only in another partition, or with the sandbox.",
    ),
    Setting(
        "OIDC_PROVIDERS", "", "Identity providers whose people may sign in, separated by commas: see *Single sign-on*."
    ),
    Setting(
        "SECOND_FACTOR_REQUIRED",
        "false",
        "`true`: everybody needs a second factor, and sets one up when they sign in. Staff always need one.",
    ),
    Setting("SMTP_URL", "", "Mail server: `smtp://user:password@host:587` or `smtps://…`. Unset: mail waits unsent."),
    Setting("MAIL_FROM", "", "The sender of the portal's mail; the support address when unset."),
    Setting(
        "ENTITLEMENT_CALLS_PER_SECOND",
        "18",
        "GetEntitlements calls a second, of all processes together; AWS allows an account 20.",
    ),
    Setting("CLAIM_HOURS", "24", "How long a purchase waits for the person who brought it, in hours."),
    Setting("TRUSTED_PROXIES", "0", "How many reverse proxies in front set X-Forwarded-* headers."),
    Setting(
        "TRUSTED_HOSTS",
        "",
        "Names besides that of PORTAL_URL by which the portal may be asked for, separated by commas.",
    ),
    Setting("RATE_LIMITS", "", "`true` or `false`: whether one address may ask only so often. As HTTPS, when unset."),
    Setting("SECURITY_CONTACT", "", "Where to report a weakness: an address of mail or a page. Support when unset."),
    Setting("LOG_FORMAT", "TEXT", "TEXT, a line for people, or JSON, an object a line."),
    Setting("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR."),
)
