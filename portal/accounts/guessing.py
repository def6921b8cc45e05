"""Which passwords are too easy to guess: asked when one is chosen, and answered without asking anybody else.

The estimate is zxcvbn's, which brings lists of passwords from breaches and of common words and names, and knows what
people do to them: digits behind, `4` for `a`, one word twice. Refused is what falls within a hundred million guesses.
How it is composed is nobody's business: no rule asks for a digit or a sign.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum

from portal.accounts.models import folded
from portal.accounts.passwords import LONGEST, SHORTEST, spelled

FEWEST_GUESSES = 10**8
LOOKED_AT = 32
"""Characters. More make no password easier to guess, and the estimate of a long one can be made to take seconds."""
FEWEST_OWN = 8
"""So much of a password must be something else than one's own name and the like."""
_WORD = re.compile(r"[^\W_]{3,}")


class Flaw(StrEnum):
    """What is wrong with a password."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    """It is on a list, or nearly."""
    PATTERN = "pattern"
    """It goes along the keyboard, counts, or repeats itself."""
    PERSONAL = "personal"
    """It is made of what anybody knows of this person."""


def flaw_of(password: str, known: Collection[str] = ()) -> Flaw | None:
    """What is wrong with a password that somebody chooses; None when it is good.

    Args:
        known: what everybody knows of this person: their name, address, organisation, and who sells here.
    """
    text = spelled(password)
    if len(text) < SHORTEST:
        return Flaw.SHORT
    if len(password) > LONGEST:
        return Flaw.LONG
    words = _words(known)
    if words and len(_without(folded(text), words)) < FEWEST_OWN:
        return Flaw.PERSONAL
    return _guessed(_unit(text)[:LOOKED_AT], words)


def _guessed(text: str, words: list[str]) -> Flaw | None:
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists take some megabytes, and most processes choose no password

    found = zxcvbn(text, user_inputs=words)
    if found["guesses"] >= FEWEST_GUESSES:
        return None
    lists = {part.get("dictionary_name") for part in found["sequence"] if part["pattern"] == "dictionary"}
    if "user_inputs" in lists:
        return Flaw.PERSONAL
    return Flaw.COMMON if lists else Flaw.PATTERN


def _words(known: Collection[str]) -> list[str]:
    """The words in what is known, and each as a whole without blanks; the longest first."""
    whole = [re.sub(r"\s+", "", folded(text)) for text in known]
    parts = [word for text in known for word in _WORD.findall(folded(text))]
    return sorted({word for word in (*whole, *parts) if len(word) >= 3}, key=lambda word: (-len(word), word))


def _without(text: str, words: list[str]) -> str:
    for word in words:
        text = text.replace(word, " ")
    return re.sub(r"[\W_]+", "", text)


def _unit(text: str) -> str:
    """What is repeated, where all of it is one thing again and again: that is all there is to guess."""
    for size in range(1, len(text) // 2 + 1):
        if all(text[at] == text[at - size] for at in range(size, len(text))):
            return text[:size]
    return text
