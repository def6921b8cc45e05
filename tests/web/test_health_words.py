"""How old the oldest of what waits is, in words."""

from datetime import timedelta

import pytest
from flask import Flask

from portal.language import speaking
from portal.web.health_words import in_words


@pytest.mark.parametrize(
    ("seconds", "english", "japanese"),
    [
        (-5, "0 s", "0秒"),
        (59, "59 s", "59秒"),
        (60, "1 min", "1分"),
        (3_600, "1 h", "1時間"),
        (2 * 86_400 - 1, "47 h", "47時間"),
        (2 * 86_400, "2 days", "2日"),
    ],
)
def test_an_age_is_told_in_the_largest_unit_that_says_enough(app: Flask, seconds: int, english: str, japanese: str):
    said = []
    for code in ("en", "ja"):
        with app.app_context(), speaking(code):
            said.append(in_words(timedelta(seconds=seconds)))
    assert said == [english, japanese]
