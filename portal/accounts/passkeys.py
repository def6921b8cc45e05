"""Passkeys (WebAuthn, through py_webauthn): keys that stay on a person's device, and only answer our own address."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import ForeignKey, LargeBinary, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal.accounts.factors import SecondFactor, ensure, factor_of
from portal.database import Base, UTCDateTime, db, utcnow

CHALLENGE_LIFETIME = timedelta(minutes=5)
LONGEST_NAME = 60
LONGEST_ID = 1_023
"""In bytes, as the standard has it."""
_USUAL_PORTS = {"https": 443, "http": 80}


class PasskeyRefused(Exception):
    """There was a passkey that is not known, or did not sign what it was asked to."""


class Passkey(Base):
    """One key of a person: its public half."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    """As the browser names it, base64url."""
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


@dataclass(frozen=True)
class House:
    """Whose passkeys these are: a key answers this address only, and so no copy of the page elsewhere."""

    name: str
    host: str
    origin: str

    @classmethod
    def at(cls, portal_url: str, name: str) -> House:
        """The house at the portal's own address.

        Browsers make no passkeys for numbers, so on a laptop it is `localhost`.
        """
        parts = urlsplit(portal_url)
        host = "localhost" if parts.hostname in {"127.0.0.1", "::1"} else parts.hostname or ""
        port = f":{parts.port}" if parts.port and parts.port != _USUAL_PORTS.get(parts.scheme) else ""
        return cls(name, host, f"{parts.scheme}://{host}{port}")


def passkeys_of(person_id: int) -> list[Passkey]:
    """The person's passkeys, the oldest first."""
    return list(db.session.scalars(select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)))


def forget_all(person_id: int) -> None:
    """Take all of the person's passkeys away. Inside a transaction."""
    db.session.execute(delete(Passkey).where(Passkey.person_id == person_id))


def rename(person_id: int, passkey_id: int, name: str) -> None:
    """Call one of the person's passkeys something else. Inside a transaction."""
    mine = (Passkey.id == passkey_id, Passkey.person_id == person_id)
    db.session.execute(update(Passkey).where(*mine).values(name=name[:LONGEST_NAME]))


def remove(person_id: int, passkey_id: int) -> bool:
    """Take one of the person's passkeys away; whether there was one. Inside a transaction."""
    mine = (Passkey.id == passkey_id, Passkey.person_id == person_id)
    return bool(db.session.execute(delete(Passkey).where(*mine)).rowcount)  # type: ignore[attr-defined]


def begin_adding(person_id: int, email: str, name: str, house: House, now: datetime) -> dict[str, Any]:
    """What to ask the browser for a new passkey (`PublicKeyCredentialCreationOptions`). Inside a transaction."""
    options = webauthn.generate_registration_options(
        rp_id=house.host,
        rp_name=house.name,
        user_id=f"person:{person_id}".encode(),
        user_name=email,
        user_display_name=name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=_descriptors(person_id),
    )
    return _asked(person_id, options, options.challenge, now)


def add(person_id: int, answer: dict[str, Any], name: str, house: House, now: datetime) -> Passkey:
    """Keep the passkey that the browser made. Inside a transaction.

    Raises:
        PasskeyRefused
    """
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=_challenge_of(person_id, now),
            expected_rp_id=house.host,
            expected_origin=house.origin,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused(str(error)) from error
    credential_id = bytes_to_base64url(made.credential_id)
    known = select(Passkey.id).where(Passkey.credential_id == credential_id)
    if len(made.credential_id) > LONGEST_ID or db.session.scalar(known) is not None:
        raise PasskeyRefused("its name is too long, or another's")
    passkey = Passkey(
        person_id=person_id,
        credential_id=credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=name[:LONGEST_NAME],
    )
    db.session.add(passkey)
    db.session.flush()
    return passkey


def begin_asking(person_id: int, house: House, now: datetime) -> dict[str, Any]:
    """What to ask the browser for a signature (`PublicKeyCredentialRequestOptions`). Inside a transaction."""
    options = webauthn.generate_authentication_options(
        rp_id=house.host,
        allow_credentials=_descriptors(person_id),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return _asked(person_id, options, options.challenge, now)


def check(person_id: int, answer: dict[str, Any], house: House, now: datetime) -> None:
    """Whether one of the person's passkeys signed what it was asked to. Inside a transaction.

    Raises:
        PasskeyRefused
    """
    challenge = _challenge_of(person_id, now)
    try:
        credential = parse_authentication_credential_json(answer)
        passkey = db.session.scalar(
            select(Passkey).where(
                Passkey.person_id == person_id, Passkey.credential_id == bytes_to_base64url(credential.raw_id)
            )
        )
        if passkey is None:
            raise PasskeyRefused("it is not known")
        signed = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=house.host,
            expected_origin=house.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused(str(error)) from error
    passkey.sign_count, passkey.last_used_at = signed.new_sign_count, now


def _descriptors(person_id: int) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.credential_id))
        for passkey in passkeys_of(person_id)
    ]


def _asked(person_id: int, options: Any, challenge: bytes, now: datetime) -> dict[str, Any]:
    factor = ensure(person_id)
    factor.challenge, factor.challenge_until = bytes_to_base64url(challenge), now + CHALLENGE_LIFETIME
    asked: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return asked


def _challenge_of(person_id: int, now: datetime) -> bytes:
    """What was asked, which is good for one answer."""
    factor = factor_of(person_id)
    if factor is None or factor.challenge is None or factor.challenge_until is None or factor.challenge_until <= now:
        raise PasskeyRefused("nothing was asked, or too long ago")
    challenge = factor.challenge
    taken = update(SecondFactor).where(SecondFactor.person_id == person_id, SecondFactor.challenge == challenge)
    result = db.session.execute(taken.values(challenge=None, challenge_until=None))
    if not result.rowcount:  # type: ignore[attr-defined]
        raise PasskeyRefused("it was answered already")
    return base64url_to_bytes(challenge)
