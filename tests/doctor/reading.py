"""How a line is read by somebody who reads Japanese."""

import re

from portal.doctor.lines import Line
from portal.language import say, speaking
from portal.sentences import Sentence, listed

JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
ALIKE = {"HTTPS", "Redis"}
"""Titles that are names, and the same in every language."""
A_NAME = listed(["Acme"]).pattern


def left_in_english(line: Line) -> list[str]:
    """The texts of a line that a Japanese reader is not told in Japanese. Inside an application context."""
    return [text for text in (line.title, line.found, line.fix) if text and text not in ALIKE and not _is_told(text)]


def _is_told(text: str) -> bool:
    if not isinstance(text, Sentence):
        return False
    with speaking("ja"):
        said = say(text)
    return text.pattern == A_NAME or bool(JAPANESE.search(said)) or not re.search("[A-Za-z]", said)
