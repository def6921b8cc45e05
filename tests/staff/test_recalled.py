"""What was kept in English, said in the reader's language."""

import pytest
from flask import Flask

from portal.contracts import findings
from portal.language import speaking
from portal.notifications import problems
from portal.notifications.envelope import understand
from portal.notifications.vocabulary import Kind
from portal.sentences import Sentence, recognised, sentence
from portal.staff.recalled import NAMES, PATTERNS, recalled


@pytest.mark.parametrize("pattern", PATTERNS)
def test_each_text_of_ours_is_said(app: Flask, pattern: str):
    kept = pattern.replace("%(state)s", "active").replace("%(number)s", "3")
    kept = kept.replace("%(", "").replace(")s", "")
    with app.app_context(), speaking("ja"):
        assert recalled(kept) != kept


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (sentence(problems.AMBIGUOUS, number=3), "3件の契約のどれに関するものか特定できません。人の判断が必要です。"),
        (sentence(problems.NO_ANSWER, problem="Throttled (503)"), "AWSから応答がありませんでした(Throttled (503))"),
        (sentence(findings.AGREEMENT, name="agmt-1"), "契約agmt-1"),
        ("our support", "サポート"),
    ],
)
def test_what_was_filled_in_stays(app: Flask, kept: str, said: str):
    with app.app_context(), speaking("ja"):
        assert recalled(str(kept)) == said


def test_a_status_within_it_is_said_too(app: Flask):
    kept = str(sentence(findings.AGREEMENT_OVER, state="active", status="CANCELLED"))
    with app.app_context(), speaking("ja"):
        assert recalled(kept) == "有効ですが、AWS上の契約はCANCELLEDです"


@pytest.mark.parametrize("words", ["Alice", "Settings", "License Updated - Manufacturer", ""])
def test_what_somebody_else_wrote_stays_as_it_is(app: Flask, words: str):
    with app.app_context(), speaking("ja"):
        assert recalled(words) == words


@pytest.mark.parametrize(
    "body",
    ["", "nothing", "[]", '{"Type": "Notification", "Message": "[]"}', "{}", '{"detail-type": "", "source": "x"}'],
)
def test_each_name_that_we_give_a_message_is_one_of_those(body: str):
    message = understand(body, "sqs-1", None)
    assert message.kind is not Kind.NOT_UNDERSTOOD or isinstance(recognised(message.name, NAMES), Sentence)
