"""The member of staff behind a request: who they are, and what they asked to see unmasked.

The browser's session holds a key of the stay in the console, which the database knows and can end, and the names of
what was revealed, never the values.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask, g, session

from portal.database import utcnow
from portal.language import gettext as _
from portal.language import marked
from portal.staff import sessions
from portal.staff.masking import masked
from portal.staff.models import StaffRole
from portal.staff.sessions import Stay
from portal.web.visitor import Visitor

KEY = "console"
REVEALED = "revealed"
REVEALED_FOR = timedelta(minutes=10)
MOST_REVEALED = 20

PARTS = (
    ("search", marked("Search"), "staff.home", StaffRole.VIEWER),
    ("contracts", marked("Contracts"), "staff.contracts", StaffRole.VIEWER),
    ("queues", marked("Queues"), "staff.queues", StaffRole.VIEWER),
    ("renewals", marked("Renewals"), "staff.renewals", StaffRole.VIEWER),
    ("dashboard", marked("Dashboard"), "staff.dashboard", StaffRole.VIEWER),
    ("confirmation", marked("Confirmation"), "staff.confirmation", StaffRole.VIEWER),
    ("doctor", marked("Doctor"), "staff.doctor", StaffRole.VIEWER),
    ("team", marked("Team"), "staff.team", StaffRole.ADMIN),
    ("audit", marked("Audit"), "staff.audit_log", StaffRole.ADMIN),
)
"""The console's navigation: each part's name, its words, its first page, and who sees it."""
SHEETS = (
    "staff",
    *("staff-confirmation", "staff-contract", "staff-doctor", "staff-find", "staff-pictures", "staff-queues"),
)
"""The stylesheets that its pages need beside those of all pages."""


@dataclass(frozen=True)
class Sam:
    """A member of staff in the console."""

    person_id: int
    name: str
    email: str
    role: StaffRole
    stay: Stay

    @property
    def actor(self) -> str:
        """As the audit log names them."""
        return f"person:{self.person_id}"

    def may(self, role: StaffRole | str) -> bool:
        """Whether their role includes this one."""
        return self.role.includes(StaffRole(role))


def enter(key: str) -> None:
    """Give this browser the key of a stay."""
    session[KEY] = key


def leave() -> str | None:
    """Take the key away from this browser; the key, if there was one."""
    session.pop(REVEALED, None)
    key: str | None = session.pop(KEY, None)
    return key


def is_in_console() -> bool:
    """Whether this browser says it is in the console; whether it is, ``recognise_staff`` finds out."""
    return KEY in session


def recognise_staff(person: Visitor, now: datetime) -> Sam | None:
    """Who is in the console with this browser; None when nobody is, or is any more."""
    key = session.get(KEY)
    stay = sessions.stay_with(key, person.person_id, now) if key else None
    g.staff = Sam(person.person_id, person.name, person.email, stay.role, stay) if stay else None
    return g.staff  # type: ignore[no-any-return]


def staff_member() -> Sam:
    """The member of staff; for views behind the gate."""
    member: Sam = g.staff
    return member


def reveal(thing: str, kind: str, now: datetime) -> None:
    """Show a value of this thing as it is, for some minutes."""
    until = (now + REVEALED_FOR).isoformat(timespec="seconds")
    shown = {name: end for name, end in session.get(REVEALED, {}).items() if end > now.isoformat(timespec="seconds")}
    session[REVEALED] = dict([*shown.items(), (f"{thing} {kind}", until)][-MOST_REVEALED:])


def is_revealed(kind: str, thing: str) -> bool:
    """Whether the member of staff asked to see this a moment ago, and may."""
    member: Sam | None = g.get("staff")
    if member is None or not member.may(StaffRole.OPERATOR):
        return False
    until = session.get(REVEALED, {}).get(f"{thing} {kind}", "")
    return bool(until > utcnow().isoformat(timespec="seconds"))


def init_app(app: Flask) -> None:
    """Give the templates what the console's pages ask for."""
    app.add_template_global(is_revealed)
    app.add_template_global(masked)
    app.add_template_global(is_in_console)
    app.add_template_global(lambda: g.get("staff"), "staff_in_console")

    @app.context_processor
    def parts() -> dict[str, object]:
        member: Sam | None = g.get("staff")
        if member is None:
            return {}
        seen = [(name, _(words), endpoint) for name, words, endpoint, role in PARTS if member.may(role)]
        return {"console_parts": seen, "console_sheets": SHEETS}
