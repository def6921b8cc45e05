"""How the names of a purchase are compared. Pure.

AWS prints one licence in at least four spellings (protocol facts, 5.6): `aws:license-manager:us-east-1:1234:l-abc`,
`arn:aws:license-manager::1234:license:l-abc`, `…:license/l-abc`, `…:license/lic-abc`. The trailing licence id is what
they share, so that is the key; the fullest spelling is kept for calls to AWS.
"""

from __future__ import annotations

import re

_PREFIX = re.compile(r"^(?:lic|l)-", re.IGNORECASE)
_SAID_OF_ALL = re.compile(r"^(?:agmt[-–_]?|(?:lic|l)[-–_])(?=\w)")
_CALLABLE_ARN = re.compile(r"^arn:aws[a-zA-Z-]*:")


def license_key(arn: str) -> str:
    """The part of a licence ARN that all its spellings share, in lower case; `""` for blank text."""
    last = re.split(r"[:/]", arn.strip())[-1]
    return _PREFIX.sub("", last).lower()


def agreement_key(agreement_id: str) -> str:
    """An agreement id for comparison: AWS gives one spelling, so only blanks are taken off."""
    return agreement_id.strip()


def customer_key(product_code: str, customer_identifier: str) -> str:
    """A legacy customer identifier for comparison; a buyer has one for all products, so the product counts."""
    customer = customer_identifier.strip()
    return f"{product_code.strip()}/{customer}" if customer else ""


def spoken(name: str) -> str:
    """What is left of a name when somebody reads it out: its letters and digits, in lower case.

    What all names of a kind begin with (`agmt-`, `l-`, `lic-`) says nothing, and people leave it out.
    """
    bare = _SAID_OF_ALL.sub("", "".join(name.lower().split()))
    return "".join(character for character in bare if character.isalnum())


def can_be_asked_for(arn: str) -> bool:
    """Whether AWS accepts this spelling as a LICENSE_ARN filter: its model wants `arn:aws…:` in front."""
    return bool(_CALLABLE_ARN.match(arn))


def mask_account(aws_account_id: str | None) -> str | None:
    """An AWS account by its last four digits, as people are shown it."""
    return f"•••• •••• {aws_account_id[-4:]}" if aws_account_id else None
