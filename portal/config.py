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
from urllib.parse import SplitResult, urlsplit

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})
SHORTEST_SECRET = 32
SECRETS = frozenset({"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "SMTP_URL"})


class ConfigurationError(Exception):
    """There was a setting that is missing, malformed or unsafe. `problems` are all of them, each with its remedy."""

    def __init__(self, text: str, problems: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.problems = tuple(problems) or (text,)


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
        "HTTPS", "", "`true` or `false`: whether browsers use HTTPS. True, unless AWS is a sandbox on this machine."
    ),
    Setting("PORTAL_URL", "http://127.0.0.1:8000", "The portal's own address, for links in mail."),
    Setting("DATABASE_URL", "sqlite:///portal.db", "SQLite, or PostgreSQL as `postgresql://user@host/name`."),
    Setting("REDIS_URL", "redis://127.0.0.1:6379/0", "Redis or Valkey, for the job queue."),
    Setting("PRODUCTS_FILE", "products.toml", "The products sold on AWS Marketplace."),
    Setting("NOTIFICATIONS_QUEUE_URL", "", "The SQS queue that receives AWS's notifications. The worker needs it."),
    Setting("SELLER_NAME", "Marketplace Portal", "The seller's name, as buyers know it."),
    Setting("SUPPORT_EMAIL", "", "Where buyers get help, as AWS asks; a product may name its own."),
    Setting("SUPPORT_URL", "", "The seller's help pages."),
    Setting("TERMS_URL", "", "The seller's terms; without it a page of the portal's own is shown."),
    Setting("PRIVACY_URL", "", "The seller's privacy notice; without it a page of the portal's own is shown."),
    Setting(
        "SUBSCRIPTIONS_URL",
        "https://console.aws.amazon.com/marketplace/home#/subscriptions",
        "Where buyers manage their subscriptions on AWS; other only in another partition, or with the sandbox.",
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
    Setting("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR."),
)


@dataclass(frozen=True)
class Settings:
    """The settings of one running portal, checked."""

    secret_key: str
    https: bool
    portal_url: str
    database_url: str
    redis_url: str
    products_file: Path
    notifications_queue_url: str | None
    seller_name: str
    support_email: str | None
    support_url: str | None
    terms_url: str | None
    privacy_url: str | None
    subscriptions_url: str
    smtp_url: str | None
    mail_from: str | None
    entitlement_calls_per_second: int
    claim_lifetime: timedelta
    trusted_proxies: int
    log_level: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read and check every setting.

        Raises:
            ConfigurationError: naming everything that is wrong at once, and what to set instead.
        """
        read = _Reader(environ)
        settings = cls(
            secret_key=read.text("SECRET_KEY"),
            https=read.boolean("HTTPS", default="false" if _laptop_endpoints(environ) else "true"),
            portal_url=read.text("PORTAL_URL").rstrip("/"),
            database_url=_with_driver(read.text("DATABASE_URL")),
            redis_url=read.text("REDIS_URL"),
            products_file=Path(read.text("PRODUCTS_FILE")),
            notifications_queue_url=read.text("NOTIFICATIONS_QUEUE_URL") or None,
            seller_name=read.text("SELLER_NAME"),
            support_email=read.text("SUPPORT_EMAIL") or None,
            support_url=read.text("SUPPORT_URL") or None,
            terms_url=read.text("TERMS_URL") or None,
            privacy_url=read.text("PRIVACY_URL") or None,
            subscriptions_url=read.text("SUBSCRIPTIONS_URL"),
            smtp_url=read.text("SMTP_URL") or None,
            mail_from=read.text("MAIL_FROM") or read.text("SUPPORT_EMAIL") or None,
            entitlement_calls_per_second=read.whole_number("ENTITLEMENT_CALLS_PER_SECOND", least=1, most=10_000),
            claim_lifetime=timedelta(hours=read.whole_number("CLAIM_HOURS", least=1, most=720)),
            trusted_proxies=read.whole_number("TRUSTED_PROXIES", least=0, most=10),
            log_level=read.one_of("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR")),
        )
        problems = read.problems + _unsafe_mixes(settings, environ)
        if problems:
            raise ConfigurationError("\n  - ".join(["The settings are not right:", *problems]), problems)
        return settings


class _Reader:
    """Reads variables one at a time and remembers what was wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._defaults = {setting.name: setting.default for setting in SETTINGS}
        self.problems: list[str] = []

    def text(self, name: str) -> str:
        value = self._environ.get(name, "").strip()
        file = self._environ.get(f"{name}_FILE", "").strip() if name in SECRETS else ""
        if file and value:
            self._wrong(f"{name} and {name}_FILE are both set: keep one.")
        if file and not value:
            try:
                value = Path(file).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                self._wrong(f"{name}_FILE names a file that cannot be read: {file}")
        return value or self._defaults[name]

    def boolean(self, name: str, default: str) -> bool:
        value = (self.text(name) or default).lower()
        if value not in {"true", "false"}:
            self._wrong(f"{name} must be `true` or `false`, not `{value}`.")
        return value != "false"

    def whole_number(self, name: str, least: int, most: int) -> int:
        value = self.text(name)
        small = value.isascii() and value.isdigit() and len(value) <= len(str(most))
        if not small or not least <= int(value) <= most:
            self._wrong(f"{name} must be a whole number from {least} to {most}, not `{value[:20]}`.")
            return least
        return int(value)

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.text(name).upper()
        if value not in choices:
            self._wrong(f"{name} must be one of {', '.join(choices)}, not `{value}`.")
        return value

    def _wrong(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)


def _with_driver(url: str) -> str:
    """Name the one PostgreSQL driver this project installs, whatever short form the platform hands out."""
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url


def _parts(url: str) -> SplitResult | None:
    """The parts of an address; None for text that is none."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  reading it is what checks it
    except ValueError:
        return None
    return parts


def aws_endpoints(environ: Mapping[str, str]) -> dict[str, str]:
    """botocore's own variables that say where AWS is, as they are; none of them is set where AWS is the real one."""
    return {name: value for name, value in environ.items() if name.startswith("AWS_") and "ENDPOINT_URL" in name}


def _endpoints(environ: Mapping[str, str]) -> list[tuple[str, SplitResult | None]]:
    return [(name, _parts(value)) for name, value in environ.items() if name.startswith("AWS_ENDPOINT_URL")]


def _laptop_endpoints(environ: Mapping[str, str]) -> list[str]:
    """The AWS endpoint variables that point at this machine: there, AWS is the sandbox."""
    return [name for name, parts in _endpoints(environ) if parts and parts.hostname in LOOPBACK_HOSTS]


def _unsafe_mixes(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    problems = []
    # On a laptop, where only the sandbox stands behind the portal, any key will do.
    shortest = SHORTEST_SECRET if settings.https else 1
    if len(settings.secret_key) < shortest:
        problems.append(
            f"SECRET_KEY must have at least {SHORTEST_SECRET} characters: "
            "set it to the output of `python -c 'import secrets; print(secrets.token_urlsafe(48))'`."
        )
    problems += _unsafe_transport(settings, environ)
    problems += [f"{name} is not an address." for name, parts in _endpoints(environ) if parts is None]
    if settings.smtp_url and not settings.mail_from:
        problems.append("SMTP_URL is set, but not who writes: set MAIL_FROM or SUPPORT_EMAIL.")
    for name, url, schemes in (
        ("DATABASE_URL", settings.database_url, ("sqlite", "postgresql+psycopg")),
        ("REDIS_URL", settings.redis_url, ("redis", "rediss", "unix")),
        ("SMTP_URL", settings.smtp_url or "smtp:", ("smtp", "smtps")),
        ("PORTAL_URL", settings.portal_url, ("http", "https")),
    ):
        parts = _parts(url)
        if parts is None:
            problems.append(f"{name} is not an address; special characters in it are written as %-codes.")
        elif parts.scheme not in schemes:
            known = ", ".join(f"`{scheme.removesuffix('+psycopg')}:`" for scheme in schemes)
            problems.append(f"{name} must start with one of {known}.")
    return problems


def _unsafe_transport(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    parts = _parts(settings.portal_url) or urlsplit("")
    scheme, host = parts.scheme, parts.hostname or ""
    if not settings.https:
        if host in LOOPBACK_HOSTS:
            return []
        return [f"HTTPS=false is for a laptop only, and PORTAL_URL names `{host}`: set HTTPS=true."]
    problems = [
        f"{name} points at this machine while HTTPS is true: unset it, or set HTTPS=false on a laptop."
        for name in _laptop_endpoints(environ)
    ]
    if scheme != "https" and (environ.get("PORTAL_URL") or settings.smtp_url):
        problems.append("PORTAL_URL must be the portal's https:// address, because mail and links carry it.")
    return problems
