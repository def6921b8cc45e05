"""Evidence to be judged: a run of which nothing was seen yet, and the parts it is put together from."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from portal.confirmation.evidence import (
    CONCURRENT,
    Arrival,
    Change,
    Evidence,
    Granted,
    Heard,
    Journey,
    Person,
    Probe,
    Shown,
)
from portal.confirmation.marks import Checklist, Step
from tests.confirmation.conftest import NOON, at

CODE = "4tidemarkanalytics0000001"
NOTHING = Evidence(
    product_code=CODE,
    product_title="Tidemark Analytics",
    page_url="https://aws.amazon.com/marketplace/pp/prodview-abc",
    pricing="contract",
    way="aws",
    started_at=NOON,
    asked_at=at(600),
    https=True,
    workers=1,
    consumers=1,
)
ALICE = Person(7, created_at=at(30), consumer_mail=True, signed_in=(at(35),))
OLD_ALICE = replace(ALICE, created_at=NOON - timedelta(days=30))


def arrival(seconds: float = 10, *, steps: tuple[tuple[str, float], ...] = (), **more: Any) -> Arrival:
    """An arrival whose answer was seen; ``steps`` are what followed, each after so many seconds."""
    usual: dict[str, Any] = {
        "claim_id": f"claim-{seconds}",
        "at": at(seconds),
        "resolved": True,
        "named": ("product_code", "aws_account_id", "license_arn"),
        "status": 303,
        "milliseconds": 40,
        "cookies": ("__Host-arrival",),
        "https": True,
        "steps": tuple((word, at(after), 7 if word == "signed in" else None) for word, after in steps),
    }
    return Arrival(**(usual | more))


SIGNED_UP = arrival(
    steps=(("choice", 11), ("sign-up page", 12), ("signed up", 30), ("sign-in page", 31), ("signed in", 35))
)
CHANGED = Change(at(103), "notification", "dimension:seats", "10", "17", notification_id=5)
TOLD = Heard(5, "License Updated - Manufacturer", "granted", CONCURRENT, at(102), "applied", at(103))


def journey(**more: Any) -> Journey:
    """Alice's purchase: arrived, linked and shown, unless told otherwise."""
    usual: dict[str, Any] = {
        "contract_id": "c",
        "account": "•••• •••• 6666",
        "licence": "…abcd",
        "agreement": "…wxyz",
        "customer": None,
        "dialect": CONCURRENT,
        "state": "active",
        "opened_at": at(10),
        "linked_at": at(40),
        "linked_by": 7,
        "confirmed_at": at(10),
        "granted": (Granted("seats", "10"),),
        "arrivals": (SIGNED_UP,),
        "shown": (Shown(at(41), 7, 4),),
        "people": (ALICE,),
    }
    return Journey(**(usual | more))


def seen(*journeys: Journey, **more: Any) -> Evidence:
    return replace(NOTHING, journeys=journeys, **more)


def step(lists: tuple[Checklist, ...], name: str) -> Step:
    (found,) = [one for each in lists for one in each.steps if one.id == name]
    return found


def answered(status: int | None = 200, moment: datetime = NOON) -> Probe:
    return Probe(moment, status=status, host="aws.amazon.com")
