"""What the words somebody has in hand may be: an address, an account, an agreement read over the phone. Pure.

One text may be several things, and then it is looked up as each of them. Nothing here knows what exists.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from portal.contracts.names import license_key, spoken

LONGEST = 600
"""What is longer is no name: no column has more."""
SHORTEST_NAME = 5
"""So many letters and digits of an agreement or a licence, or it would be everything's beginning."""
SHORTEST_WORD = 2
DIGITS_OF_AN_ACCOUNT = 12
DIGITS_THAT_SPREADSHEETS_LEAVE = 9

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CONTRACT_PAGE = re.compile(rf"/contracts/({_UUID.pattern})")
_MESSAGE_PAGE = re.compile(r"/messages/(\d{1,10})\b|^(?:message|notification)\s*#?\s*(\d{1,10})$|^#\s*(\d{1,10})$")
_ADDRESS = re.compile(r"[^\s<>\"'(),;:@]+@[^\s<>\"'(),;:@]*")
_SAID_FOR_A_DASH = re.compile(r"\b(?:dash|hyphen|minus)\b")
_ACCOUNT_WRITTEN = re.compile(r"^(?:(?:aws )?account(?: id| number)?\s*[:#]?\s*)?([\d][\d\s.\-–‑]*)$")
_LABEL = re.compile(
    r"^(?:s[nq]s:)|^(?:agreement|licen[cs]e|contract|customer|organi[sz]ation|product|message|event|request)"
    r"(?:\s+(?:id|arn|identifier|code|number))?\s*[:#=]\s*"
)
_TOLD_ID = re.compile(r"[\w-]{8,100}")
_WORD = re.compile(r"[^\W_]+")
_KEY_FOR_THE_BOX = re.compile(r"^/(?=[^/]*$)")
"""A slash that was meant to come to the box, and landed in it; the address of a page has more of them."""


class Kind(StrEnum):
    """What a text may be."""

    CONTRACT = "contract"
    """A contract of this portal, by its id or its address."""
    MESSAGE = "message"
    """A message, by its number in this portal."""
    TOLD_ID = "message id"
    """A message, by an id of SQS, SNS or EventBridge."""
    EMAIL = "email"
    ACCOUNT = "AWS account"
    LICENSE = "licence"
    NAME = "agreement, licence or legacy customer"
    """By what is left of it when it is read out."""
    PRODUCT = "product"
    ORGANISATION = "organisation"


@dataclass(frozen=True)
class Reading:
    """One thing that a text may be; `value` is what to look for, in the spelling that is compared."""

    kind: Kind
    value: str


@dataclass(frozen=True)
class Understanding:
    """All that a text may be, the surest first; `text` is what was asked, tidied."""

    text: str
    readings: tuple[Reading, ...]

    def values(self, kind: Kind) -> list[str]:
        """What to look for as this kind."""
        return [reading.value for reading in self.readings if reading.kind is kind]

    @property
    def is_too_short(self) -> bool:
        """Whether this is the beginning of an agreement or a licence, and too little of it to look for."""
        begins = self.text.casefold().startswith(("agmt", "lic-", "l-"))
        return begins and not self.values(Kind.NAME) and not self.values(Kind.LICENSE)

    @property
    def kinds(self) -> list[Kind]:
        """What it was understood as, each once."""
        return list(dict.fromkeys(reading.kind for reading in self.readings))


def understand(asked: str) -> Understanding:
    """What a text may be. Capitals, blanks and what was pasted around it make no difference."""
    text = tidied(asked)[:LONGEST]
    folded = _LABEL.sub("", text.casefold())
    if not folded:
        return Understanding("", ())
    sure = _pages(folded) or _address(folded) or _account(folded) or _arn(folded)
    if sure:
        return Understanding(text, tuple(sure))
    return Understanding(text, (*_identifier(folded), *_names(folded), *_words(folded)))


def tidied(asked: str) -> str:
    """A text without what is invisible, and without the brackets and quotes that came along with it."""
    text = "".join(" " if character.isspace() else character for character in asked)
    visible = "".join(character for character in text if unicodedata.category(character)[0] != "C")
    line = " ".join(unicodedata.normalize("NFKC", visible).split())
    return _KEY_FOR_THE_BOX.sub("", line).strip("\"'`“”‘’«»,;. ")


def _pages(text: str) -> list[Reading]:
    if page := _CONTRACT_PAGE.search(text):
        return [Reading(Kind.CONTRACT, page[1])]
    if message := _MESSAGE_PAGE.search(text):
        return [Reading(Kind.MESSAGE, str(int(next(number for number in message.groups() if number))))]
    return []


def _address(text: str) -> list[Reading]:
    """`Alice <Alice@Acme.example>`, `mailto:alice@acme.example?subject=…`; without an end it is a beginning."""
    if "@" not in text:
        return []
    bare = re.sub(r"\s*@\s*", "@", text.replace("mailto:", ""))
    found = _ADDRESS.search(bare)
    return [Reading(Kind.EMAIL, found[0].partition("?")[0].rstrip("."))] if found else []


def _account(text: str) -> list[Reading]:
    """Twelve digits however they are grouped. Spreadsheets take leading noughts away."""
    written = _ACCOUNT_WRITTEN.match(text)
    digits = re.sub(r"\D", "", written[1]) if written else ""
    if DIGITS_THAT_SPREADSHEETS_LEAVE <= len(digits) <= DIGITS_OF_AN_ACCOUNT and digits.isascii():
        return [Reading(Kind.ACCOUNT, digits.zfill(DIGITS_OF_AN_ACCOUNT))]
    return []


def _arn(text: str) -> list[Reading]:
    """A licence in any spelling AWS prints (protocol facts, 5.6), or the ARN of an agreement."""
    bare = "".join(text.split())
    if "license" not in bare and not bare.startswith(("arn:", "aws:")):
        return []
    last = re.split(r"[:/]", bare)[-1]
    if last.startswith("agmt"):
        return [Reading(Kind.NAME, spoken(last))]
    return [Reading(Kind.LICENSE, license_key(bare))] if license_key(bare) else []


def _identifier(text: str) -> list[Reading]:
    if _UUID.fullmatch(text):
        return [Reading(Kind.CONTRACT, str(UUID(text))), Reading(Kind.TOLD_ID, text)]
    return [Reading(Kind.TOLD_ID, text)] if _TOLD_ID.fullmatch(text) and any(map(str.isdigit, text)) else []


def _names(text: str) -> list[Reading]:
    """An agreement, a licence or a legacy customer, as written, or as read out: `A G M T dash 7 F 3 …`."""
    said = spoken(_SAID_FOR_A_DASH.sub("-", text))
    return [Reading(Kind.NAME, said)] if len(said) >= SHORTEST_NAME else []


def _words(text: str) -> list[Reading]:
    if not _WORD.search(text):
        return []
    readings = [Reading(Kind.PRODUCT, text)]
    if any(len(word) >= SHORTEST_WORD for word in _WORD.findall(text)):
        readings.append(Reading(Kind.ORGANISATION, text))
    return readings
