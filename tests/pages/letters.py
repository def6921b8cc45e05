"""The links that stand in letters."""

import re

from portal.mail.models import Letter


def path_in(letter: Letter, beginning: str) -> str:
    """The path of the link that begins so."""
    found = re.search(rf"https?://[^/\s]+({beginning}\S+)", letter.text)
    assert found, letter.text
    return found[1]
