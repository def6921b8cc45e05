"""Every letter that the portal writes to people.

A letter is posted as ``outbox.post(person, letters.welcome(sender(), person.name, …))``: the function here gives a
draft, and the outbox writes it, as text and as HTML, in the language and the time zone of the person.

To add a kind, write a function here, in the module of its theme (or a new one), and name it below::

    @kind(name="Alice", organisation="Acme", url="https://portal.example/thing/1")
    def thing_happened(sender: Sender, name: str, organisation: str, url: str) -> Content:
        \"\"\"Says that the thing happened.\"\"\"
        return Content(
            _("The thing happened at %(organisation)s", organisation=organisation),
            hello(name),
            _("It happened just now."),
            Button(_("See it"), url),
            _("Was it not you? Please tell us."),
        )

The arguments of ``kind`` are an example, which `flask mail preview` and the tests of every letter use. Below a subject
stand paragraphs (strings), at most one ``Button``, ``Steps``, ``Facts`` and ``Quiet`` small print; the frame adds who
writes and where help is. Texts among the arguments are taken for typed by somebody and made harmless, but for those
called `url` or `link`, or ending so. Give days and times as ``datetime`` and say them with ``day()`` and ``when()``.
"""

from portal.mail.content import Sender
from portal.mail.drafts import KINDS
from portal.mail.letters.accounts import already_a_customer, verify_address, welcome
from portal.mail.letters.contracts import Change, auto_renew_off, contract_changed, contract_ended, contract_ending
from portal.mail.letters.handing import handed_over, resume, set_up_by
from portal.mail.letters.identities import identity_joined, identity_removed
from portal.mail.letters.moving import contract_given, contract_received, move_offered, move_refused, move_undone
from portal.mail.letters.organisations import invited, joined, removed, role_changed
from portal.mail.letters.own_account import (
    account_deleted,
    address_changed,
    address_has_an_account,
    confirm_leaving_address,
    confirm_new_address,
    data_downloaded,
    factor_added,
    factor_removed,
    password_changed,
    reset_password,
    signed_in_anew,
)
from portal.mail.letters.purchases import linked, linked_by_support, unlinked
from portal.mail.letters.seller import aws_refuses

__all__ = [
    "KINDS",
    "Change",
    "Sender",
    "account_deleted",
    "address_changed",
    "address_has_an_account",
    "already_a_customer",
    "auto_renew_off",
    "aws_refuses",
    "confirm_leaving_address",
    "confirm_new_address",
    "contract_changed",
    "contract_ended",
    "contract_ending",
    "contract_given",
    "contract_received",
    "data_downloaded",
    "factor_added",
    "factor_removed",
    "handed_over",
    "identity_joined",
    "identity_removed",
    "invited",
    "joined",
    "linked",
    "linked_by_support",
    "move_offered",
    "move_refused",
    "move_undone",
    "password_changed",
    "removed",
    "reset_password",
    "resume",
    "role_changed",
    "set_up_by",
    "signed_in_anew",
    "unlinked",
    "verify_address",
    "welcome",
]
