"""Sentences that are made where something is found out, and said later in the reader's language."""

import copy
import json
import pickle

import pytest
from flask import Flask

from portal.language import say, speaking
from portal.sentences import Sentence, counted, listed, noted, read, recognised, sentence, together

WAITING = counted("%(num)s warning", "%(num)s warnings", 1_200)
EVERY = {
    "without anything to fill in": sentence("Database"),
    "with a percent sign": sentence("%(number)s %%", number=3),
    "that counts": WAITING,
    "with a sentence inside": sentence("%(what)s at once", what=WAITING),
    "with a list": listed(["Acme", WAITING]),
    "after another": together(sentence("Database"), sentence("Redis")),
}
every = pytest.mark.parametrize("one", EVERY.values(), ids=EVERY)


def test_a_sentence_is_its_own_english():
    assert (
        sentence("%(who)s waits for %(number)s messages.", who="Bob", number=12_000) == "Bob waits for 12,000 messages."
    )


@pytest.mark.parametrize(("number", "text"), [(0, "0 warnings"), (1, "1 warning"), (2, "2 warnings")])
def test_one_is_said_otherwise_than_many(number: int, text: str):
    assert counted("%(num)s warning", "%(num)s warnings", number) == text


@every
def test_what_was_noted_is_read_as_it_was(one: Sentence):
    again = read(json.loads(json.dumps(noted(one))))
    assert (again, noted(again)) == (one, noted(one))


@every
def test_a_copy_knows_what_it_was_made_of(one: Sentence):
    assert noted(copy.deepcopy(one)) == noted(pickle.loads(pickle.dumps(one))) == noted(one)


def test_a_text_of_an_older_portal_is_read_as_it_stands():
    assert read("2 warnings") == "2 warnings"


@pytest.mark.parametrize("odd", [None, 3, [], {}, {"pattern": "%(who)s"}, {"pattern": "%(who)s", "values": {}}])
def test_what_nobody_noted_is_refused(odd: object):
    with pytest.raises((KeyError, TypeError, ValueError)):
        read(odd)


@pytest.mark.parametrize(
    ("one", "in_japanese"),
    [
        (sentence("Database"), "データベース"),
        (WAITING, "警告 1,200件"),
        ("Database", "データベース"),
        ("Acme", "Acme"),
        ("", ""),
        (listed([sentence("Database"), "Acme"]), "データベース、Acme"),
    ],
)
def test_it_is_said_in_the_readers_language(app: Flask, one: str, in_japanese: str):
    with app.app_context(), speaking("ja"):
        assert say(one) == in_japanese


@every
def test_in_english_it_is_said_as_it_is(app: Flask, one: Sentence):
    with app.app_context(), speaking("en"):
        assert say(one) == one


PATTERNS = ("It waits: %(what)s is %(share)s %% full.", "%(name)s waits")


@pytest.mark.parametrize(
    "made", [sentence(PATTERNS[0], what="the queue", share="30"), sentence(PATTERNS[1], name="A\nB")]
)
def test_a_text_that_was_kept_is_recognised(made: Sentence):
    again = recognised(str(made), PATTERNS)
    assert isinstance(again, Sentence)
    assert (again, again.pattern, again.values) == (made, made.pattern, made.values)


@pytest.mark.parametrize("text", ["", "It waited", "waits", "It waits: it is 30 full."])
def test_another_text_is_not(text: str):
    assert type(recognised(text, PATTERNS)) is str


def test_words_within_it_are_sentences():
    again = recognised("Bob waits", PATTERNS, words=("name",))
    assert isinstance(again, Sentence)
    assert isinstance(again.values["name"], Sentence)
