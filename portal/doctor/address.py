"""The portal's own address: HTTPS, its certificate, and the fulfilment URL, asked for as AWS's checker does."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from portal.doctor.lines import Line, Thing
from portal.doctor.subject import Subject

HTTPS = Thing("address.https", "HTTPS")
LANDING = Thing("address.landing", "Landing page")

TIMEOUT_SECONDS = 8
SOON_DAYS = 14
MARK = b'data-page="landing/welcome"'
"""What the portal's own page says of itself."""
MOST_BYTES = 200_000
RUN = (
    "Start the web process, and see that PORTAL_URL is its address as browsers have it. Should this machine not reach "
    "its own public address, let the doctor run where it can be reached."
)


@dataclass(frozen=True)
class _Answer:
    status: int
    location: str | None
    ours: bool
    certificate_ends_at: datetime | None


def look(subject: Subject) -> Iterator[Line]:
    """One GET without a token, over the network, for both lines."""
    try:
        answer = _get(subject.landing_url)
    except ssl.SSLError as error:
        yield HTTPS.wrong(f"No trusted connection: {_reason(error)}.", "Install a valid certificate for this host.")
        yield LANDING.wrong("Browsers refuse to open it, and so does AWS.", "Mend HTTPS first.")
        return
    except (OSError, HTTPException, ValueError) as error:
        yield HTTPS.unknown(f"There is no connection ({type(error).__name__}).", "See the line about the landing page.")
        yield LANDING.wrong(f"{subject.landing_url} cannot be reached from here ({type(error).__name__}).", RUN)
        return
    yield _https(subject, answer)
    yield _landing(subject, answer)


def _https(subject: Subject, answer: _Answer) -> Line:
    ends_at = answer.certificate_ends_at
    if ends_at is None:
        return (
            HTTPS.wrong("PORTAL_URL is not https://, which AWS requires.", "Set PORTAL_URL to the https:// address.")
            if subject.settings.https
            else HTTPS.ok("Plain HTTP, on this machine alone, with a sandbox for AWS.")
        )
    left = (ends_at - subject.now()).days
    if left < SOON_DAYS:
        return HTTPS.warning(f"The certificate ends in {left} days.", "Renew it, and see why it was not renewed.")
    return HTTPS.ok(f"The certificate is valid for {left} more days.")


def _landing(subject: Subject, answer: _Answer) -> Line:
    said = f"{subject.landing_url} answers {answer.status}"
    if answer.status in {301, 302, 303, 307, 308}:
        return LANDING.wrong(
            f"{said} and sends browsers to {answer.location}; a buyer’s token is lost on such a way.",
            "Set PORTAL_URL, and the product’s fulfilment URL on AWS, to the address where no redirect is needed.",
        )
    if answer.status != 200:
        return LANDING.wrong(
            f"{said} to a GET without a token. AWS accepts a fulfilment URL only if it answers 200.",
            "See the log of the web process and of the proxy in front.",
        )
    if not answer.ours:
        return LANDING.wrong(
            f"{said}, but with a page that is not this portal’s.",
            "See that the proxy in front sends /marketplace/landing to the portal, without a sign-in before it.",
        )
    return LANDING.ok(f"{said} to a GET without a token.")


def _get(url: str) -> _Answer:
    where = urlsplit(url)
    host = where.hostname or ""
    if where.scheme == "https":
        context = ssl.create_default_context()
        connection: HTTPConnection = HTTPSConnection(host, where.port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        connection = HTTPConnection(host, where.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.connect()
        certificate_ends_at = _end_of_certificate(connection)
        connection.request("GET", where.path, headers={"User-Agent": "marketplace-portal-doctor"})
        response = connection.getresponse()
        body = response.read(MOST_BYTES)
        return _Answer(response.status, response.headers.get("Location"), MARK in body, certificate_ends_at)
    finally:
        connection.close()


def _end_of_certificate(connection: HTTPConnection) -> datetime | None:
    if not isinstance(connection.sock, ssl.SSLSocket):
        return None
    ends = (connection.sock.getpeercert() or {}).get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(ends)), UTC) if ends else None


def _reason(error: ssl.SSLError) -> str:
    return str(getattr(error, "verify_message", "") or error.reason or type(error).__name__)
