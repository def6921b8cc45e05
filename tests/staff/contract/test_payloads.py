"""The body of a message, as people can read it."""

import json

from portal.staff.contract.payloads import LONGEST, layers
from tests.notifications import shapes


def test_json_is_indented():
    (body,) = layers('{"a":{"b":1}}')
    assert body.text == '{\n  "a": {\n    "b": 1\n  }\n}'


def test_what_sns_wrapped_comes_first():
    assert [body.title for body in layers(shapes.wrapped(shapes.action()))] == [
        "What it says",
        "What SNS put around it",
    ]


def test_what_is_no_json_is_shown_as_it_came():
    (body,) = layers("hello <script>")
    assert (body.title, body.text) == ("As it came (no JSON)", "hello <script>")


def test_words_of_other_languages_stay_readable():
    assert "Zoë" in layers(json.dumps({"name": "Zoë"}))[0].text


def test_a_message_that_is_an_object_is_no_layer_of_its_own():
    assert len(layers('{"Message": {"a": 1}}')) == 1


def test_a_number_is_no_body():
    assert layers("12")[0].text == "12"


def test_a_very_long_one_is_cut_and_says_so():
    assert layers("x" * (LONGEST + 1_234))[0].text.endswith("… and 1,234 characters more")


def test_nothing_in_it_can_stop_the_page():
    assert layers("[" * 100_000)[0].text.startswith("[[[")
