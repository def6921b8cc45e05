"""Putting mail into the outbox.

A letter is written in the same transaction as what it tells of, and sent later by a job (``portal.mail.sending``): a
mail server that is away delays nothing but its own letters.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.exc import IntegrityError

from portal.accounts.models import Person
from portal.accounts.people import person_with_email
from portal.database import db
from portal.mail.drafts import Draft, Reader
from portal.mail.models import Letter, MailState

RARELY = timedelta(hours=1)


def post(
    to: Person | str,
    letter: Draft,
    *,
    language: str | None = None,
    organisation_id: int | None = None,
    contract_id: UUID | None = None,
    key: str | None = None,
) -> bool:
    """Put a letter into the outbox, written in the reader's language. Inside a transaction.

    Args:
        to: a person, or an address: of a person that is found by it, or of nobody who is known.
        language: for who is not known; for a person, their own counts.
        organisation_id: the organisation that the letter tells of. Whoever does not belong to it any more when the
            letter is to be sent does not get it.
        contract_id: the contract that the letter tells of, likewise: while the organisation has it.
        key: what the letter is about, where it must not be written twice.

    Returns:
        False when there is a letter with this key already.
    """
    person = person_with_email(to) if isinstance(to, str) else to
    record = Letter(
        to=to if isinstance(to, str) else to.email,
        person_id=person.id if person else None,
        organisation_id=organisation_id,
        contract_id=contract_id,
        key=key,
    )
    reader = Reader(person.language, person.time_zone) if person else Reader(language)
    written = letter.write(reader)
    record.kind, record.language = written.kind, written.language
    record.subject, record.text, record.html = written.subject, written.text, written.html
    if key is None:
        db.session.add(record)
        return True
    try:
        with db.session.begin_nested():
            db.session.add(record)
    except IntegrityError:
        return False
    return True


def post_rarely(to: Person | str, letter: Draft, now: datetime) -> None:
    """Put a letter that a stranger can cause into the outbox, at most once an hour. Inside a transaction."""
    address = to if isinstance(to, str) else to.email
    lately = exists().where(Letter.to == address, Letter.kind == letter.kind, Letter.created_at > now - RARELY)
    if not db.session.scalar(select(lately)):
        post(to, letter)


def send_again(ids: Collection[int], now: datetime) -> list[int]:
    """Let letters that failed be tried once more, as if they were new. Inside a transaction.

    Returns:
        Which of them had failed.
    """
    again = (
        update(Letter)
        .where(Letter.id.in_(ids), Letter.state == MailState.FAILED)
        .values(state=MailState.WAITING, attempts=0, due_at=now)
        .returning(Letter.id)
    )
    return list(db.session.scalars(again))
