"""Where the portal keeps something about a person: table by table, what they are told of it, and what becomes of it
when they leave.

Every column that names a person has its place here; a rule of the house holds this list and the database together.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Leaving(StrEnum):
    """What becomes of rows when their person leaves."""

    GOES = "goes"
    STAYS = "stays"
    """It is part of somebody else's history, and names a person who has no name any more."""


@dataclass(frozen=True)
class Kept:
    """One table that holds something about a person."""

    section: str
    """Its name in the file that a person downloads."""
    table: str
    whose: tuple[str, ...]
    """The columns that name the person."""
    shown: tuple[str, ...]
    """The columns that the person is told."""
    leaving: Leaving
    held_back: tuple[str, ...] = ()
    """The columns that are not told: keys, hashes, and the portal's own numbers of things."""


KEPT = (
    Kept(
        "memberships",
        "memberships",
        ("person_id",),
        ("organisation_id", "role", "created_at"),
        Leaving.GOES,
        ("id",),
    ),
    Kept(
        "passkeys",
        "passkeys",
        ("person_id",),
        ("name", "created_at", "last_used_at"),
        Leaving.GOES,
        ("id", "credential_id", "public_key", "sign_count"),
    ),
    Kept(
        "authenticator_app",
        "second_factors",
        ("person_id",),
        ("blocked_until",),
        Leaving.GOES,
        ("tries", "sealed_key", "sealed_pending", "last_step", "challenge", "challenge_until"),
    ),
    Kept(
        "changes_of_address_that_wait",
        "address_changes",
        ("person_id",),
        ("new_email", "new_confirmed_at", "old_confirmed_at", "asked_at", "expires_at"),
        Leaving.GOES,
        ("new_email_key", "new_hash", "old_hash"),
    ),
    Kept(
        "browsers_signed_in",
        "person_sessions",
        ("person_id",),
        ("how", "agent", "started_at", "seen_at"),
        Leaving.GOES,
        ("id", "key_hash", "good_until"),
    ),
    Kept(
        "recovery_codes",
        "recovery_codes",
        ("person_id",),
        ("used_at",),
        Leaving.GOES,
        ("id", "code_hash"),
    ),
    Kept(
        "identity_providers",
        "identities",
        ("person_id",),
        ("issuer", "subject", "provider", "created_at", "used_at"),
        Leaving.GOES,
        ("id",),
    ),
    Kept(
        "links_sent_by_mail",
        "mail_links",
        ("person_id",),
        ("purpose", "made_at", "expires_at"),
        Leaving.GOES,
        ("token_hash", "email_key", "about"),
    ),
    Kept(
        "contracts_offered_to_others",
        "move_offers",
        ("asked_by_id", "settled_by_id"),
        ("contract_id", "sent_to", "state", "created_at", "expires_at", "settled_at"),
        Leaving.STAYS,
        ("id", "from_id", "linked_at", "sent_to_hash", "token_hash", "move_id"),
    ),
    Kept(
        "invitations",
        "invitations",
        ("invited_by_id", "accepted_by_id"),
        ("organisation_id", "email", "role", "state", "created_at", "sent_at", "expires_at", "ended_at"),
        Leaving.STAYS,
        ("id", "email_key", "token_hash"),
    ),
    Kept(
        "purchases_brought",
        "claims",
        ("used_by_id", "known_person_id"),
        ("state", "offer_type", "contract_id", "created_at", "reminded_at", "used_at"),
        Leaving.STAYS,
        ("id", "secret_hash", "problem", "sealed_token", "expires_at", "tried_at", "attempts", "known_at"),
    ),
    Kept(
        "purchases_handed_over",
        "hand_overs",
        ("sender_id", "for_person_id"),
        ("way", "sender_name", "sent_to", "created_at", "expires_at", "revoked_at", "used_at"),
        Leaving.STAYS,
        ("id", "claim_id", "token_hash", "sent_to_hash", "taken_id"),
    ),
    Kept(
        "contracts_linked",
        "contracts",
        ("linked_by_id",),
        ("id", "product_code", "organisation_id", "linked_at"),
        Leaving.STAYS,
        (
            *("aws_account_id", "offer_type", "state", "ended_at", "ended_because", "starts_at", "ends_at", "until_at"),
            *("auto_renew", "ends_told_at", "auto_renew_told_at", "continues_id", "merged_into_id", "confirmed_at"),
            *("check_requested_at", "check_due_at", "check_attempts", "version", "created_at"),
        ),
    ),
    Kept(
        "contracts_moved_after_linking",
        "moves",
        ("linked_by_id",),
        ("contract_id", "linked_at", "at", "undone_at"),
        Leaving.STAYS,
        ("id", "from_id", "to_id", "by", "why", "undo_until", "undone_by"),
    ),
    Kept(
        "work_in_the_console",
        "staff_members",
        ("person_id",),
        ("email", "role", "set_up_at", "added_at"),
        Leaving.STAYS,
        ("id", "email_key", "code_hash", "code_expires_at"),
    ),
    Kept(
        "links_to_contracts_made_for_others",
        "shared_links",
        ("made_by_id", "revoked_by_id"),
        ("contract_id", "part", "reason", "created_at", "expires_at", "revoked_at", "views", "last_viewed_at"),
        Leaving.STAYS,
        ("id", "organisation_id", "token_hash", "names_shown"),
    ),
    Kept(
        "seen_while_the_integration_was_confirmed",
        "confirmation_sightings",
        ("person_id",),
        ("at", "kind", "contract_id"),
        Leaving.STAYS,
        ("id", "run_id", "key", "claim_id", "detail"),
    ),
)
