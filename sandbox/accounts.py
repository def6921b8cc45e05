"""Buyers: those of the catalogue, and strangers, of whom there are as many as one likes.

The account ids of strangers begin with a 6. Their names and customer identifiers follow from the account id and lead
back to it, so nothing has to be kept about them.
"""

import re
import string
from dataclasses import dataclass

FIRST, LAST = "600000000000", "699999999999"
OURS = re.compile(r"6[0-9]{11}")
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
HEAD = "sTr4"


@dataclass(frozen=True)
class Account:
    """A buyer's AWS account. `customer_identifier` is what legacy products know it by."""

    key: str
    name: str
    account_id: str
    customer_identifier: str


def stranger(account_id: str) -> Account | None:
    """The buyer with this account id, or None when it is not a stranger's."""
    if not OURS.fullmatch(account_id):
        return None
    return Account(
        key=account_id,
        name=f"Buyer {account_id[:4]} {account_id[4:8]} {account_id[8:]}",
        account_id=account_id,
        customer_identifier=HEAD + _digits(int(account_id)),
    )


def stranger_by_identifier(identifier: str) -> Account | None:
    """The buyer that legacy products know by this customer identifier, or None when it is not a stranger's."""
    if not identifier.startswith(HEAD) or len(identifier) != len(HEAD) + 7 or not set(identifier) <= set(ALPHABET):
        return None
    number = 0
    for digit in identifier[len(HEAD) :]:
        number = number * len(ALPHABET) + ALPHABET.index(digit)
    return stranger(f"{number:012}")


def _digits(number: int) -> str:
    """A number in base 62: seven characters hold every account id."""
    digits = ""
    for _ in range(7):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
