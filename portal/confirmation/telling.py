"""Facts that several steps tell in the same words. Pure."""

from __future__ import annotations

from portal.confirmation.evidence import Evidence, Granted, Heard, Shown
from portal.confirmation.marks import Fact
from portal.sentences import Sentence, listed, sentence, together

MEMBER = sentence("a member of staff")
COMMAND = sentence("the command's browser")
"""Who says that they did something which happens outside of the portal."""
_WORDS = {
    str(one): one
    for one in (
        MEMBER,
        COMMAND,
        sentence("waiting"),
        sentence("active"),
        sentence("changing"),
        sentence("ending"),
        sentence("ended"),
        sentence("superseded"),
        sentence("received"),
        sentence("parked"),
        sentence("not understood"),
        sentence("failed"),
    )
}


def worded(code: str) -> str:
    """What is kept as a word (a contract's state, a message's fate, who says something), to be said as a sentence."""
    return _WORDS.get(code, code)


def ordered(numbers: tuple[str, ...]) -> Sentence:
    """What somebody found who compared the page with the order."""
    return sentence("The page shows what was ordered: %(numbers)s.", numbers=numbers)


def compared(evidence: Evidence, step: str) -> list[Fact]:
    """What somebody says who compared the page with the order."""
    said = evidence.said_of(step)
    if said is None:
        return []
    if said.what:
        return [Fact(together(said.what, sentence("Compared by %(who)s.", who=said.by)), said.at)]
    return [Fact(sentence("Inspected by %(who)s.", who=said.by), said.at)]


def shown_fact(shown: Shown) -> Fact:
    """That a contract page was shown."""
    return Fact(sentence("The contract page was shown (version %(version)s).", version=str(shown.version)), shown.at)


def told_fact(heard: Heard) -> Fact:
    """That AWS sent a message about it."""
    text = sentence("AWS told of it: %(name)s (%(dialect)s).", name=heard.name, dialect=heard.dialect)
    return Fact(text, heard.received_at)


def granted_words(granted: tuple[Granted, ...]) -> Sentence:
    """What AWS granted."""
    return listed(f"{one.dimension} {one.value}" for one in granted) or sentence("nothing")
