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
from portal.sentences import counted, sentence

HTTPS = Thing("address.https", sentence("HTTPS"))
LANDING = Thing("address.landing", sentence("Landing page"))

TIMEOUT_SECONDS = 8
SOON_DAYS = 14
MARK = b'data-page="landing/welcome"'
"""What the portal's own page says of itself."""
MOST_BYTES = 200_000
RUN = sentence(
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
        yield HTTPS.wrong(
            sentence("No trusted connection: %(reason)s.", reason=_reason(error)),
            sentence("Install a valid certificate for this host."),
        )
        yield LANDING.wrong(sentence("Browsers refuse to open it, and so does AWS."), sentence("Mend HTTPS first."))
        return
    except (OSError, HTTPException, ValueError) as error:
        kind = type(error).__name__
        yield HTTPS.unknown(
            sentence("There is no connection (%(error)s).", error=kind),
            sentence("See the line about the landing page."),
        )
        yield LANDING.wrong(
            sentence("%(url)s cannot be reached from here (%(error)s).", url=subject.landing_url, error=kind), RUN
        )
        return
    yield _https(subject, answer)
    yield _landing(subject, answer)


def _https(subject: Subject, answer: _Answer) -> Line:
    ends_at = answer.certificate_ends_at
    if ends_at is None:
        return (
            HTTPS.wrong(
                sentence("PORTAL_URL is not https://, which AWS requires."),
                sentence("Set PORTAL_URL to the https:// address."),
            )
            if subject.settings.https
            else HTTPS.ok(sentence("Plain HTTP, on this machine alone, with a sandbox for AWS."))
        )
    left = (ends_at - subject.now()).days
    if left < SOON_DAYS:
        return HTTPS.warning(
            counted("The certificate ends in %(num)s day.", "The certificate ends in %(num)s days.", left),
            sentence("Renew it, and see why it was not renewed."),
        )
    return HTTPS.ok(sentence("The certificate is valid for %(days)s more days.", days=left))


def _landing(subject: Subject, answer: _Answer) -> Line:
    url, status = subject.landing_url, str(answer.status)
    if answer.status in {301, 302, 303, 307, 308}:
        return LANDING.wrong(
            sentence(
                "%(url)s answers %(status)s and sends browsers to %(location)s; a buyer’s token is lost on such a way.",
                url=url,
                status=status,
                location=str(answer.location),
            ),
            sentence(
                "Set PORTAL_URL, and the product’s fulfilment URL on AWS, to the address where no redirect is needed."
            ),
        )
    if answer.status != 200:
        return LANDING.wrong(
            sentence(
                "%(url)s answers %(status)s to a GET without a token. AWS accepts a fulfilment URL only if it answers "
                "200.",
                url=url,
                status=status,
            ),
            sentence("See the log of the web process and of the proxy in front."),
        )
    if not answer.ours:
        return LANDING.wrong(
            sentence("%(url)s answers %(status)s, but with a page that is not this portal’s.", url=url, status=status),
            sentence(
                "See that the proxy in front sends /marketplace/landing to the portal, without a sign-in before it."
            ),
        )
    return LANDING.ok(sentence("%(url)s answers %(status)s to a GET without a token.", url=url, status=status))


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
