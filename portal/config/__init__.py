"""Every setting of the portal: its variable, its default, its meaning, and the mixes that are refused.

Settings come from the environment (or, for secrets, from a file named by ``<NAME>_FILE``). All of them are read and
checked once, at start; whatever is wrong is said in one message, so that nobody has to fix them one by one.
AWS credentials, region and endpoints are not here: botocore reads its own ``AWS_*`` variables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from portal.config import identity_providers
from portal.config.addresses import LOOPBACK_HOSTS, aws_endpoints, laptop_endpoints, with_driver
from portal.config.colours import Colours, read_colour
from portal.config.identity_providers import IdentityProvider
from portal.config.logo import Logo, read_logo
from portal.config.mixes import SHORTEST_SECRET, unsafe_mixes
from portal.config.reading import Reader
from portal.config.variables import SECRETS, SETTINGS, Setting
from portal.config.wording import Wording, read_wording

__all__ = [
    "LOOPBACK_HOSTS",
    "SECRETS",
    "SETTINGS",
    "SHORTEST_SECRET",
    "ConfigurationError",
    "Setting",
    "Settings",
    "aws_endpoints",
]


class ConfigurationError(Exception):
    """There was a setting that is missing, malformed or unsafe. `problems` are all of them, each with its remedy."""

    def __init__(self, text: str, problems: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.problems = tuple(problems) or (text,)


@dataclass(frozen=True)
class Settings:
    """The settings of one running portal, checked."""

    secret_key: str
    secret_key_fallbacks: tuple[str, ...]
    https: bool
    portal_url: str
    database_url: str
    redis_url: str
    products_file: Path
    notifications_queue_url: str | None
    seller_name: str
    brand_logo: Logo | None
    brand_colours: Colours | None
    wording: Wording
    support_email: str | None
    support_url: str | None
    terms_url: str | None
    privacy_url: str | None
    subscriptions_url: str
    identity_providers: tuple[IdentityProvider, ...]
    second_factor_required: bool
    smtp_url: str | None
    mail_from: str | None
    entitlement_calls_per_second: int
    claim_lifetime: timedelta
    trusted_proxies: int
    trusted_hosts: tuple[str, ...]
    rate_limits: bool
    security_contact: str | None
    log_format: str
    log_level: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read and check every setting.

        Raises:
            ConfigurationError: naming everything that is wrong at once, and what to set instead.
        """
        read = Reader(environ)
        https = read.boolean("HTTPS", default="false" if laptop_endpoints(environ) else "true")
        providers, wrong_providers = identity_providers.read(environ, read.several("OIDC_PROVIDERS"))
        logo, wrong_logo = read_logo(read.text("BRAND_LOGO"))
        colours, wrong_colour = read_colour(read.text("BRAND_COLOUR"))
        wording, wrong_wording = read_wording(read.text("WORDING_FILE"))
        settings = cls(
            secret_key=read.text("SECRET_KEY"),
            secret_key_fallbacks=read.several("SECRET_KEY_FALLBACKS"),
            https=https,
            portal_url=read.text("PORTAL_URL").rstrip("/"),
            database_url=with_driver(read.text("DATABASE_URL")),
            redis_url=read.text("REDIS_URL"),
            products_file=Path(read.text("PRODUCTS_FILE")),
            notifications_queue_url=read.text("NOTIFICATIONS_QUEUE_URL") or None,
            seller_name=read.text("SELLER_NAME"),
            brand_logo=logo,
            brand_colours=colours,
            wording=wording,
            support_email=read.text("SUPPORT_EMAIL") or None,
            support_url=read.text("SUPPORT_URL") or None,
            terms_url=read.text("TERMS_URL") or None,
            privacy_url=read.text("PRIVACY_URL") or None,
            subscriptions_url=read.text("SUBSCRIPTIONS_URL"),
            identity_providers=providers,
            second_factor_required=read.boolean("SECOND_FACTOR_REQUIRED", default="false"),
            smtp_url=read.text("SMTP_URL") or None,
            mail_from=read.text("MAIL_FROM") or read.text("SUPPORT_EMAIL") or None,
            entitlement_calls_per_second=read.whole_number("ENTITLEMENT_CALLS_PER_SECOND", least=1, most=10_000),
            claim_lifetime=timedelta(hours=read.whole_number("CLAIM_HOURS", least=1, most=720)),
            trusted_proxies=read.whole_number("TRUSTED_PROXIES", least=0, most=10),
            trusted_hosts=read.several("TRUSTED_HOSTS"),
            rate_limits=read.boolean("RATE_LIMITS", default=str(https)),
            security_contact=read.text("SECURITY_CONTACT")
            or read.text("SUPPORT_EMAIL")
            or read.text("SUPPORT_URL")
            or None,
            log_format=read.one_of("LOG_FORMAT", ("TEXT", "JSON")),
            log_level=read.one_of("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR")),
        )
        wrong_brand = wrong_logo + wrong_colour + wrong_wording
        problems = read.problems + wrong_providers + wrong_brand + unsafe_mixes(settings, environ)
        if problems:
            raise ConfigurationError("\n  - ".join(["The settings are not right:", *problems]), problems)
        return settings
