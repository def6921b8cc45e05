"""What staff see of account ids and addresses before they ask for them. Pure."""

from __future__ import annotations

import re

from portal.contracts.names import mask_account

_EMAIL = re.compile(r"[\w.+%'-]+@([\w-]+(?:\.[\w-]+)+)")
_ACCOUNT = re.compile(r"(?<![\w-])\d{12}(?![\w-])|(?<![\w-])\d{4}[ -]\d{4}[ -]\d{4}(?![\w-])")
_DIGITS = re.compile(r"\D")


def mask_email(email: str) -> str:
    """`alice@acme.example` → `a•••@acme.example`."""
    name, _, host = email.rpartition("@")
    return f"{name[:1]}•••@{host}" if name else "•••"


def mask_text(text: str) -> str:
    """A text with every address and AWS account id in it masked; the rest, such as hashes and ids, as it is."""
    without = _EMAIL.sub(lambda found: mask_email(found[0]), text)
    return _ACCOUNT.sub(lambda found: mask_account(_DIGITS.sub("", found[0])) or "", without)


def masked(kind: str, value: str) -> str:
    """A value of this kind (`account`, `email`, `text`, or another, of which nothing is shown) masked."""
    if kind == "account":
        return mask_account(value) or ""
    if kind == "email":
        return mask_email(value)
    return mask_text(value) if kind == "text" else "•••"
