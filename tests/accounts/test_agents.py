"""A browser in words."""

import pytest
from flask import Flask

from portal.accounts.agents import described, said
from portal.language import speaking

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.mark.parametrize(
    ("agent", "english", "japanese"),
    [(FIREFOX, "Firefox on Linux", "Firefox(Linux)"), ("curl/8 Linux", "Linux", "Linux"), ("", "", "")],
)
def test_it_is_said_in_the_reader_s_language(app: Flask, agent: str, english: str, japanese: str):
    with app.app_context():
        kept = described(agent)
        with speaking("ja"):
            assert (kept, said(kept)) == (english, japanese)
