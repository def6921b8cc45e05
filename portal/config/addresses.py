"""Addresses in settings: their parts, and where AWS is."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


def with_driver(url: str) -> str:
    """Name the one PostgreSQL driver this project installs, whatever short form the platform hands out."""
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url


def parts(url: str) -> SplitResult | None:
    """The parts of an address; None for text that is none."""
    try:
        found = urlsplit(url)
        found.port  # noqa: B018  reading it is what checks it
    except ValueError:
        return None
    return found


def aws_endpoints(environ: Mapping[str, str]) -> dict[str, str]:
    """botocore's own variables that say where AWS is, as they are; none of them is set where AWS is the real one."""
    return {name: value for name, value in environ.items() if name.startswith("AWS_") and "ENDPOINT_URL" in name}


def endpoints(environ: Mapping[str, str]) -> list[tuple[str, SplitResult | None]]:
    """Where botocore is told to find AWS: each variable, and the parts of its address."""
    return [(name, parts(value)) for name, value in environ.items() if name.startswith("AWS_ENDPOINT_URL")]


def laptop_endpoints(environ: Mapping[str, str]) -> list[str]:
    """The AWS endpoint variables that point at this machine: there, AWS is the sandbox."""
    return [name for name, found in endpoints(environ) if found and found.hostname in LOOPBACK_HOSTS]
