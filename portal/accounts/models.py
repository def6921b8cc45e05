"""Who may sign in: people, organisations, and who belongs to which."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from portal.accounts.gone import Name
from portal.database import Base, ByteOrder, UTCDateTime, utcnow

LONGEST_WORD = 64
_WORD = re.compile(r"[^\W_]+")


class Role(StrEnum):
    """What a member may do in an organisation; owners and admins link contracts."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"


class Person(Base):
    """Somebody who can sign in."""

    __tablename__ = "people"
    # For support, who may have the beginning of an address only.
    __table_args__ = (Index("ix_people_email_key", "email_key", postgresql_ops={"email_key": "varchar_pattern_ops"}),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Name(200))
    email: Mapped[str] = mapped_column(String(320))
    """As the person wrote it, for mail."""
    email_key: Mapped[str] = mapped_column(String(320), unique=True)
    """The address folded for comparison."""
    email_verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When it was shown that the person reads mail at this address; None while it was not."""
    password_hash: Mapped[str | None] = mapped_column(String(255))
    """None for who has no password: they come from an identity provider."""
    language: Mapped[str | None] = mapped_column(String(8))
    """The language chosen for pages and mail, as `ja`."""
    time_zone: Mapped[str | None] = mapped_column(String(64))
    """The name of the zone that times are told in, as `Asia/Tokyo`; None for the usual one of the language."""
    terms_accepted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)

    memberships: Mapped[list[Membership]] = relationship(back_populates="person")


def folded(name: str) -> str:
    """A name for comparison: case, blanks around it and composed characters do not tell two apart."""
    return unicodedata.normalize("NFKC", name.strip()).casefold()


def words_of(name: str) -> list[str]:
    """The different words of a name, folded, in their order."""
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in _WORD.findall(folded(name))))


class Organisation(Base):
    """A customer of the seller: the tenant that owns contracts."""

    __tablename__ = "organisations"
    # For support, who know how a name begins: with this operator class `LIKE` can use the index in any locale.
    __table_args__ = (
        Index("ix_organisations_name_key", "name_key", postgresql_ops={"name_key": "varchar_pattern_ops"}),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Name(200))
    name_key: Mapped[str] = mapped_column(String(600))
    """The name folded for comparison."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)

    memberships: Mapped[list[Membership]] = relationship(back_populates="organisation")

    words: Mapped[list[OrganisationWord]] = relationship(cascade="all, delete-orphan")

    @validates("name")
    def _fold(self, _column: str, name: str) -> str:
        self.name_key = folded(name)
        kept = {one.word: one for one in self.words}
        self.words = [kept.get(word) or OrganisationWord(word=word) for word in words_of(name)]
        return name


class OrganisationWord(Base):
    """One word of an organisation's name, by whose beginning support finds it."""

    __tablename__ = "organisation_words"

    word: Mapped[str] = mapped_column(ByteOrder(LONGEST_WORD), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True, index=True)


class Membership(Base):
    """A person's place in an organisation."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)

    person: Mapped[Person] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation] = relationship(back_populates="memberships")


class InvitationState(StrEnum):
    """What became of an invitation; one that has expired is still open, and can be sent again."""

    OPEN = "open"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class Invitation(Base):
    """Somebody is asked by mail to join an organisation."""

    __tablename__ = "invitations"
    # An address is asked once at a time, however many ask.
    __table_args__ = (
        Index(
            "ix_invitations_open",
            "organisation_id",
            "email_key",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    email: Mapped[str] = mapped_column(String(320))
    """As it was typed, for mail."""
    email_key: Mapped[str] = mapped_column(String(320))
    role: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of what the mailed link holds; sending again puts another in its place."""
    state: Mapped[str] = mapped_column(String(16), default=InvitationState.OPEN)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    """None where the seller's support invited."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    organisation: Mapped[Organisation] = relationship()
    invited_by: Mapped[Person | None] = relationship(foreign_keys=invited_by_id)
