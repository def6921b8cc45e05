"""Every name a contract is known by, and what AWS said last under each. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from portal.contracts.lifecycle import Signal
from portal.contracts.models import ContractName, NameKind
from portal.language import gettext as _
from portal.language import marked

_KINDS = {
    NameKind.LICENSE: marked("Licence"),
    NameKind.AGREEMENT: marked("Agreement"),
    NameKind.CUSTOMER: marked("Legacy customer"),
}
_SAID = {
    Signal.PROMISED: marked("Made to go on from another"),
    Signal.GRANTED: marked("Granted"),
    Signal.ENDING: marked("Its end is announced"),
    Signal.ENDED: marked("Ended"),
    Signal.CONTINUED: marked("Handed over to another"),
}


@dataclass(frozen=True)
class KnownName:
    """One name as support reads it."""

    kind: str
    text: str
    """The fullest spelling; of a licence it holds an AWS account id."""
    said: str | None
    said_at: datetime | None
    status: str | None
    """AWS's word for where an agreement stands."""
    since: datetime


def names_of(names: Iterable[ContractName]) -> list[KnownName]:
    """The names, in the order in which they were learned."""
    return [
        KnownName(
            kind=_(_KINDS[NameKind(name.kind)]),
            text=name.text,
            said=_(_SAID.get(Signal(name.word), name.word)) if name.word else None,
            said_at=name.word_at,
            status=name.agreement_status,
            since=name.created_at,
        )
        for name in sorted(names, key=lambda name: (name.created_at, name.id or 0))
    ]
