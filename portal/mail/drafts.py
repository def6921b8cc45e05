"""The kinds of letters there are, and letters that are not written yet: that waits for the reader's language.

A kind is a function that says what the letter contains; ``kind`` makes it one that gives a ``Draft`` for
``outbox.post``, and keeps facts to show and test it with.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec

from portal.language import DEFAULT, LANGUAGES, speaking
from portal.mail import frames
from portal.mail.content import Content, Sender
from portal.mail.moments import in_zone
from portal.mail.names import harmless

P = ParamSpec("P")


@dataclass(frozen=True)
class Reader:
    """How somebody wants to be written to."""

    language: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True)
class Written:
    """A letter in one language, ready for the outbox."""

    kind: str
    language: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Draft:
    """A letter whose facts stand and whose words do not yet."""

    kind: str
    sender: Sender
    compose: Callable[[], Content]

    def write(self, reader: Reader) -> Written:
        """Write it in the reader's language, in their time. Inside an application context."""
        language = reader.language if reader.language in LANGUAGES else DEFAULT
        with speaking(language), in_zone(reader.time_zone):
            content = self.compose()
            return Written(
                kind=self.kind,
                language=language,
                subject=" ".join(content.subject.split())[:300],
                text=frames.as_text(content, self.sender),
                html=frames.as_html(content, self.sender, language),
            )


@dataclass(frozen=True)
class Kind:
    """One kind of letter: what it is called, what it is for, and an example."""

    name: str
    purpose: str
    draft: Callable[..., Draft]
    sample: dict[str, Any]

    def example(self, sender: Sender, **other: Any) -> Draft:
        """A letter with made-up facts."""
        return self.draft(sender, **{**self.sample, **other})


KINDS: dict[str, Kind] = {}
"""Every kind by its name, once ``portal.mail.letters`` is imported."""


def kind(
    **sample: Any,
) -> Callable[[Callable[Concatenate[Sender, P], Content]], Callable[Concatenate[Sender, P], Draft]]:
    """Make a function that says what a letter contains a kind of letter.

    Every text among its arguments is taken for something that somebody typed and made harmless (``names.harmless``),
    but for those called `url` or `link`, or ending so: these are addresses that the portal made.

    Args:
        sample: the facts of an example, by the names of the arguments.
    """

    def register(compose: Callable[Concatenate[Sender, P], Content]) -> Callable[Concatenate[Sender, P], Draft]:
        name = compose.__name__
        shape = inspect.signature(compose)

        def draft(sender: Sender, /, *args: P.args, **kwargs: P.kwargs) -> Draft:
            given = shape.bind(sender, *args, **kwargs)
            for argument, value in given.arguments.items():
                if isinstance(value, str) and not argument.endswith(("url", "link")):
                    given.arguments[argument] = harmless(value)
            return Draft(name, sender, lambda: compose(*given.args, **given.kwargs))

        update_wrapper(draft, compose)
        KINDS[name] = Kind(name, (compose.__doc__ or "").splitlines()[0], draft, sample)
        return draft

    return register
