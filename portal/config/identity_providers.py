"""The identity providers whose people may sign in, as the environment names them: `OIDC_PROVIDERS=corp` and then
`OIDC_CORP_ISSUER`, `OIDC_CORP_CLIENT_ID` and so on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.config.addresses import LOOPBACK_HOSTS, parts

_KEY = re.compile(r"[a-z][a-z0-9]{0,15}")
YES, NO = "true", "false"


@dataclass(frozen=True)
class IdentityProvider:
    """One OpenID Connect provider, and what the seller trusts it with."""

    key: str
    """Names it in addresses and settings, as `corp`."""
    name: str
    """As people know it: *Sign in with …*."""
    issuer: str
    client_id: str
    client_secret: str
    scopes: str
    confirms_addresses: bool
    """It gives addresses out only when they are confirmed, though it does not say so (`email_verified`)."""
    asks_second_factor: bool
    """Where it says that it asked for more than one factor (`amr`), the portal asks for none."""


def read(environ: Mapping[str, str], keys: tuple[str, ...]) -> tuple[tuple[IdentityProvider, ...], list[str]]:
    """The providers that are named, and what is wrong with their settings, each with its remedy."""
    problems = [
        f"OIDC_PROVIDERS names `{key[:20]}`: a name is up to 16 small letters and digits, and begins with a letter."
        for key in keys
        if not _KEY.fullmatch(key)
    ]
    if len(set(keys)) != len(keys):
        problems.append("OIDC_PROVIDERS names a provider twice.")
    found = []
    for key in dict.fromkeys(key for key in keys if _KEY.fullmatch(key)):
        provider, wrong = _provider(environ, key)
        found.append(provider)
        problems += wrong
    return tuple(found), problems


def _provider(environ: Mapping[str, str], key: str) -> tuple[IdentityProvider, list[str]]:
    problems: list[str] = []

    def value(what: str, default: str | None = None) -> str:
        name = f"OIDC_{key.upper()}_{what}"
        text = environ.get(name, "").strip() or (default or "")
        file = environ.get(f"{name}_FILE", "").strip() if what == "CLIENT_SECRET" else ""
        if file:
            try:
                text = Path(file).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                problems.append(f"{name}_FILE names a file that cannot be read: {file}")
        if not text and default is None:
            problems.append(f"{name} is not set, and OIDC_PROVIDERS names `{key}`.")
        return text

    def boolean(what: str) -> bool:
        text = value(what, NO).lower()
        if text not in {YES, NO}:
            problems.append(f"OIDC_{key.upper()}_{what} must be `true` or `false`, not `{text[:20]}`.")
        return text == YES

    provider = IdentityProvider(
        key=key,
        name=value("NAME", key.capitalize()),
        issuer=value("ISSUER"),
        client_id=value("CLIENT_ID"),
        client_secret=value("CLIENT_SECRET"),
        scopes=value("SCOPES", "openid email profile"),
        confirms_addresses=boolean("CONFIRMS_ADDRESSES"),
        asks_second_factor=boolean("ASKS_SECOND_FACTOR"),
    )
    issuer = parts(provider.issuer)
    if provider.issuer and (
        issuer is None or not issuer.hostname or (issuer.scheme != "https" and issuer.hostname not in LOOPBACK_HOSTS)
    ):
        problems.append(f"OIDC_{key.upper()}_ISSUER must be an https:// address.")
    if "openid" not in provider.scopes.split():
        problems.append(f"OIDC_{key.upper()}_SCOPES must hold `openid`.")
    return provider, problems
