"""Where one whole installation lives on this machine, and the settings each of its programs gets.

The demo and the browser stories both take their settings from here, so that what the stories prove is what a
person runs.
"""

import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# The ports the README names.
PORTAL_PORT, SANDBOX_PORT, MAIL_PORT = 8000, 8100, 8125

# What a program may know of the person who starts it. Their AWS credentials, profiles and proxies stay out: the
# same command must do the same on every machine, and must never reach a real AWS account.
INHERITED = ("HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOG_LEVEL", "PATH", "TMPDIR", "TZ", "USER")

# How the sandbox's own catalogue and the portal's products.toml name the sandbox.
SANDBOX_AS_WRITTEN = f"http://localhost:{SANDBOX_PORT}"


@dataclass(frozen=True)
class Place:
    """A folder for everything that is remembered, the ports, and the two servers the portal stands on."""

    folder: Path
    portal_port: int
    sandbox_port: int
    mail_port: int
    database_url: str
    redis_url: str

    @property
    def portal_url(self) -> str:
        return f"http://127.0.0.1:{self.portal_port}"

    @property
    def sandbox_url(self) -> str:
        """For browsers. ``localhost`` is another *site* than 127.0.0.1, as AWS is another site than a seller's."""
        return f"http://localhost:{self.sandbox_port}"

    @property
    def aws_url(self) -> str:
        """The same sandbox, for programs."""
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def landing_url(self) -> str:
        """The fulfilment URL: where AWS posts a buyer's browser after *Set up your account*."""
        return f"{self.portal_url}/marketplace/landing"

    def for_portal(self) -> dict[str, str]:
        """The environment of the portal, its worker and its migrations."""
        return _inherited() | {
            "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_ENDPOINT_URL": self.aws_url,
            "NOTIFICATIONS_QUEUE_URL": f"{self.aws_url}/123456789012/marketplace-notifications",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": self._secret_key(),
            "HTTPS": "false",
            "PORTAL_URL": self.portal_url,
            "PRODUCTS_FILE": str(self._products()),
            "SMTP_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "MAIL_FROM": "contracts@tidemark.example",
            "SUBSCRIPTIONS_URL": f"{self.sandbox_url}/accounts",
            "SELLER_NAME": "Tidemark",
            "SUPPORT_EMAIL": "help@tidemark.example",
        }

    def for_sandbox(self) -> dict[str, str]:
        """The environment of the sandbox; the rest it is told as arguments."""
        return _inherited()

    def _secret_key(self) -> str:
        """Made once and kept, so that a person stays signed in from one demo to the next."""
        file = self.folder / "secret-key"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(48))
        return file.read_text()

    def _products(self) -> Path:
        """The portal's products, with pages on this sandbox's port rather than on the usual one."""
        written = (ROOT / "products.toml").read_text(encoding="utf-8")
        file = self.folder / "products.toml"
        file.write_text(written.replace(SANDBOX_AS_WRITTEN, self.sandbox_url), encoding="utf-8")
        return file


def _inherited() -> dict[str, str]:
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    environment["PYTHONUNBUFFERED"] = "1"
    if sys.platform == "darwin":
        # RQ forks, and macOS ends a forked child that touches its frameworks unless it is told not to.
        environment |= {"OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES", "no_proxy": "*"}
    return environment
