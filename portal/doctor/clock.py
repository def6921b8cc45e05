"""The clock of this machine, against AWS's and the database's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal.database import db
from portal.doctor.lines import Line, Thing
from portal.doctor.subject import Subject
from portal.marketplace.errors import MarketplaceUnavailable
from portal.sentences import Sentence, counted, sentence, together

AWS = Thing("clock.aws", sentence("Clock and AWS’s"))
DATABASE = Thing("clock.database", sentence("Clock and the database’s"))

CLOSE = timedelta(seconds=10)
FAR = timedelta(seconds=60)
"""AWS refuses signatures of a clock that is five minutes wrong; codes of a second factor last half a minute."""
SET_IT = sentence("Let this machine take its time from the network: `timedatectl set-ntp true`, or chrony.")


def look(subject: Subject) -> Iterator[Line]:
    """Of each, the time in between our own before and after."""
    before = subject.now()
    try:
        theirs = subject.probes.time()
    except MarketplaceUnavailable:
        yield AWS.unknown(sentence("AWS does not answer."), sentence("See the credentials and the way to AWS."))
    else:
        yield _compare(AWS, theirs, before, subject.now(), SET_IT)
    yield from _database(subject)


def _database(subject: Subject) -> Iterator[Line]:
    if db.engine.dialect.name != "postgresql":
        yield DATABASE.ok(sentence("They are one: the database is a file on this machine."))
        return
    before = subject.now()
    try:
        with db.engine.connect() as connection:
            theirs = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    except SQLAlchemyError:
        yield DATABASE.unknown(sentence("The database does not answer."), sentence("Mend the database first."))
        return
    fix = together(SET_IT, sentence("The same on the database’s machine."))
    yield _compare(DATABASE, theirs.astimezone(UTC), before, subject.now(), fix)


def _compare(thing: Thing, theirs: datetime, before: datetime, after: datetime, fix: str) -> Line:
    """Whoever told a second told it while that second lasted, and somewhere between our question and its answer."""
    early, late = before - (theirs + timedelta(seconds=1)), theirs - after
    apart = max(early, late, timedelta(0))
    if apart <= CLOSE:
        return thing.ok(sentence("They agree to within a few seconds."))
    found = (
        sentence("This machine’s clock is %(duration)s fast.", duration=_duration(apart))
        if early > late
        else sentence("This machine’s clock is %(duration)s slow.", duration=_duration(apart))
    )
    return thing.wrong(found, fix) if apart > FAR else thing.warning(found, fix)


def _duration(apart: timedelta) -> Sentence:
    seconds = round(apart.total_seconds())
    if seconds < 120:
        return counted("%(num)s second", "%(num)s seconds", seconds)
    return counted("%(num)s minute", "%(num)s minutes", round(seconds / 60))
