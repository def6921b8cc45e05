"""What the portal wrote down in English long ago, said in the language of whoever reads it now.

Problems of messages, details of findings and reasons that nobody typed are kept as English text: commands and logs
show them as they are, and a row reads alike whoever caused it. On a page the pattern that made the text is found again.
"""

from __future__ import annotations

from portal.contracts.findings import DETAILS
from portal.contracts.watch import LAST_HOUR_OVER
from portal.language import marked, say
from portal.notifications.problems import PROBLEMS
from portal.registration.by_customers import WITHIN
from portal.registration.consent import AGREED
from portal.sentences import Sentence, recognised
from portal.staff.attention.moving import SUPPORT

NAMES = (
    marked("no JSON object"),
    marked("unreadable (%(error)s)"),
    marked("no JSON object in Message"),
    marked("neither an action nor an event"),
    marked("no detail-type"),
)
"""What ``notifications.envelope``, which is pure and marks nothing, calls a message that has no name of AWS."""
PATTERNS = (*PROBLEMS, *DETAILS, *NAMES, LAST_HOUR_OVER, WITHIN, AGREED, SUPPORT)


def recalled(text: str | None) -> str:
    """The text in the reader's language, where it is one of ours; what AWS or a person wrote stays as it is."""
    made = recognised(text or "", PATTERNS, words=("state",))
    return say(made) if isinstance(made, Sentence) else made
