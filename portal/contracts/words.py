"""Keeping AWS's words about a contract, one for each name it bears."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from portal.contracts import book
from portal.contracts.lifecycle import Signal, Word, later_word
from portal.contracts.models import Contract, NameKind


def hear(contract: Contract, keys: Iterable[book.Key], signal: Signal, at: datetime) -> None:
    """Keep what AWS said under the first of these names that the contract bears. For a locked contract.

    Heard twice, or in another order, it comes to the same.
    """
    borne = {(NameKind(name.kind), name.key): name for name in contract.names}
    name = next((borne[key] for key in keys if key in borne), None)
    if name is None:
        return
    before = Word(Signal(name.word), name.word_at) if name.word and name.word_at else None
    stands = later_word(before, Word(signal, at), of_agreement=name.kind == NameKind.AGREEMENT)
    if stands != before:
        name.word, name.word_at = stands.signal, stands.at


def hear_status(contract: Contract, agreement: str, status: str) -> None:
    """Keep AWS's word for how an agreement ended, beside its name. For a locked contract."""
    for name in contract.names:
        if name.kind == NameKind.AGREEMENT and name.key == agreement:
            name.agreement_status = status[:32]


def words_of(contract: Contract) -> list[Word]:
    """What AWS said last, under each name."""
    return [Word(Signal(name.word), name.word_at) for name in contract.names if name.word and name.word_at]
