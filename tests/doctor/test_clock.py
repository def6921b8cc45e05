"""What the doctor says of the clock."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.exceptions import EndpointConnectionError

from portal.database import db, utcnow
from portal.doctor.lines import Part, State


def test_a_clock_that_is_right_is_right(examine):
    assert {line.state for line in examine(Part.CLOCK).values()} == {State.OK}


@pytest.mark.parametrize(
    ("seconds", "state", "words"),
    [
        (5, State.OK, "They agree"),
        (30, State.WARNING, "fast"),
        (-30, State.WARNING, "slow"),
        (600, State.WRONG, "10 minutes fast"),
        (-600, State.WRONG, "minutes slow"),
    ],
)
def test_one_that_is_not_is_said(examine, seconds, state, words):
    line = examine(Part.CLOCK, now=lambda: utcnow() + timedelta(seconds=seconds))["aws"]
    assert (line.state, words in line.found) == (state, True)


def test_the_database_s_is_looked_at_where_it_has_one(examine):
    line = examine(Part.CLOCK, now=lambda: utcnow() + timedelta(minutes=10))["database"]
    assert line.state == (State.WRONG if db.engine.dialect.name == "postgresql" else State.OK)


def test_a_refusal_tells_the_time_too(examine, subject):
    said = format_datetime(utcnow() + timedelta(minutes=10), usegmt=True)

    def refuse(**_request: object) -> AWSResponse:
        return AWSResponse("https://sts.us-east-1.amazonaws.com/", 403, HeadersDict({"Date": said}), Body())

    subject.probes._sts.meta.events.register("before-send.sts", refuse)
    line = examine(Part.CLOCK)["aws"]
    assert (line.state, "10 minutes slow" in line.found) == (State.WRONG, True)


def test_an_aws_that_is_away_tells_no_time(examine, subject):
    def nobody_there(**_request: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://sts.us-east-1.amazonaws.com")

    subject.probes._sts.meta.events.register("before-send.sts", nobody_there)
    assert examine(Part.CLOCK)["aws"].state == State.UNKNOWN


class Body:
    """A refusal."""

    def stream(self) -> list[bytes]:
        return [b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"]
