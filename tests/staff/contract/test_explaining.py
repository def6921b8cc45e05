"""Why a contract stands where it stands: lived through the sandbox and the real rules, one life a test."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from laptop.environment import ROOT
from portal.accounts.models import Organisation
from portal.contracts import checks, watch
from portal.contracts.lifecycle import MOVES, State
from portal.contracts.models import Cause, Contract
from portal.contracts.names import license_key
from portal.database import db, transaction, utcnow
from portal.staff.contract.circumstances import Explanation, Sentence
from portal.staff.contract.contract_file import circumstances_of, open_file
from portal.staff.contract.explaining import explain
from portal.staff.contract.rules import Rule
from tests.cast import ALERTS, ANALYTICS, ARCHIVE, RELAY, STREAMS
from tests.notifications import shapes
from tests.proof.machine import Life
from tests.proof.property import live
from tests.worker_fixtures import Bench

Buy = Callable[..., dict[str, Any]]
Settle = Callable[..., None]
Explain = Callable[..., Explanation]
HOUR = timedelta(hours=1)


def text_of(explanation: Explanation) -> str:
    return " ".join(sentence.text for sentence in explanation.sentences)


def sentence_with(explanation: Explanation, words: str) -> Sentence:
    found = [sentence for sentence in explanation.sentences if words in sentence.text]
    assert found, f"no sentence with “{words}”: {text_of(explanation)}"
    return found[-1]


def tail(arn: str) -> str:
    return f"…{license_key(arn)[-4:]}"


def told(bench: Bench, name: str) -> int:
    """The number of the last message of this name."""
    return [row.id for row in bench.notifications() if row.name.startswith(name)][-1]


def concluded(explanation: Explanation, state: State, words: str, rule: str) -> bool:
    """Whether it comes to this state, says why, and names the rule."""
    assert (explanation.state, explanation.by_rules) == (state, state), text_of(explanation)
    found = sentence_with(explanation, words)
    return found.rule == rule


# --- Kinds of products ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("product", "granted"),
    [
        (ANALYTICS, "10 users and Team plan"),
        (ARCHIVE, "5 TB and 3 users"),
        (STREAMS, "Base plan and 20 million a month"),
    ],
)
def test_a_contract_is_active_because_aws_grants_something(
    bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain, product: str, granted: str
) -> None:
    contract = bench.land(buy(product)["agreement_id"])
    settle(1)
    found = explanation_of(contract)
    assert concluded(found, State.ACTIVE, f"AWS grants {granted}", Rule.ENTITLEMENT)


@pytest.mark.parametrize("product", [ALERTS, RELAY])
def test_pay_as_you_go_is_active_because_aws_said_so(
    bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain, product: str
) -> None:
    contract = bench.land(buy(product)["agreement_id"])
    settle(1)
    found = explanation_of(contract)
    assert concluded(found, State.ACTIVE, "so the subscription is active", Rule.WORDS_DECIDE)


def test_a_free_trial_is_called_one(bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain) -> None:
    contract = bench.land(buy(STREAMS, free_trial=True)["agreement_id"])
    with transaction():
        bench.fresh(contract).offer_type = "free-trial"
    settle(1)
    assert concluded(explanation_of(contract), State.ACTIVE, "so the free trial is active", Rule.ENTITLEMENT)


def test_it_tells_of_the_beginning_and_the_licence(
    bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain
) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(1)
    found = explanation_of(contract)
    assert sentence_with(found, "AWS granted 10 users and Team plan on ").text.endswith(
        f"under licence {tail(bought['license_arn'])}."
    )


def test_every_sentence_about_a_message_leads_to_it(
    bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain
) -> None:
    contract = bench.land(buy()["agreement_id"])
    settle(1)
    about = [sentence for sentence in explanation_of(contract).sentences if "(message " in sentence.text]
    assert about
    assert all(one.refers and f"(message {one.refers.id})" in one.text for one in about)


def test_a_move_is_explained_in_the_words_of_the_table(
    bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain
) -> None:
    contract = bench.land(buy()["agreement_id"])
    settle(1)
    found = sentence_with(explanation_of(contract), "from waiting to active")
    assert found.rule == MOVES[State.WAITING][State.ACTIVE]


# --- Renewed and replaced -------------------------------------------------------------------------------------------


def test_a_renewal_with_a_new_licence_is_told_from_grant_to_grant(
    bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain
) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(1)
    renewed = bench.sandbox.renew(bought["agreement_id"], new_license=True)
    settle()
    found = explanation_of(contract)
    handed_over = sentence_with(found, "because it was renewed: a hand-over, not an end")
    assert (handed_over.rule, f"(message {told(bench, 'Purchase Agreement Ended')})" in handed_over.text) == (
        Rule.CONTINUATION,
        True,
    )
    granted = sentence_with(found, f"is granted, under licence {tail(renewed['license_arn'])}")
    assert f"(message {told(bench, 'License Updated')})" in granted.text
    assert sentence_with(found, "the end of the others is no end").rule == Rule.ANY_NAME
    under = f"AWS grants 10 users and Team plan under licence {tail(renewed['license_arn'])}"
    assert concluded(found, State.ACTIVE, under, Rule.ENTITLEMENT)


def test_a_renewal_under_the_same_licence_is_active_too(
    bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain
) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(1)
    bench.sandbox.renew(bought["agreement_id"], new_license=False)
    settle()
    found = explanation_of(contract)
    assert sentence_with(found, "because it was renewed").rule == Rule.CONTINUATION
    assert concluded(found, State.ACTIVE, f"under licence {tail(bought['license_arn'])}, until", Rule.ENTITLEMENT)


def test_a_replacement_says_so(bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(1)
    bench.sandbox.replace(bought["agreement_id"], new_license=True, plan="business")
    settle()
    found = explanation_of(contract)
    assert sentence_with(found, "because it was replaced: a hand-over").rule == Rule.CONTINUATION
    assert concluded(found, State.ACTIVE, "Business plan", Rule.ENTITLEMENT)


def test_what_is_replaced_by_something_unknown_is_changing(
    bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain
) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(1)
    bench.sandbox.fail("DescribeAgreement", "AccessDeniedException")
    bench.sandbox.replace(bought["agreement_id"], new_license=True)
    settle()
    found = explanation_of(contract)
    assert concluded(found, State.CHANGING, "does not show what follows yet", Rule.CONTINUATION)


@pytest.fixture
def two_owners(bench: Bench, buy: Buy, settle: Settle) -> tuple[Contract, Contract]:
    """A contract of Acme's, and its renewal, which somebody at Globex has set up."""
    bought = buy()
    earlier = bench.land(bought["agreement_id"])
    settle(1)
    later = bench.land(bench.sandbox.renew(bought["agreement_id"], new_license=True)["agreement_id"])
    with transaction():
        for contract, name in ((earlier, "Acme"), (later, "Globex")):
            db.session.get_one(Contract, contract.id).organisation = Organisation(name=name)
    settle()
    return earlier, later


def test_what_another_organisation_goes_on_with_is_superseded(
    two_owners: tuple[Contract, Contract], explanation_of: Explain
) -> None:
    earlier, later = two_owners
    found = explanation_of(earlier)
    assert concluded(found, State.SUPERSEDED, "another contract goes on for it", Rule.TWO_OWNERS)
    assert [one.refers.id for one in found.sentences if one.refers and one.refers.kind == "contract"] == [str(later.id)]


def test_and_the_other_says_what_it_goes_on_for(two_owners: tuple[Contract, Contract], explanation_of: Explain) -> None:
    earlier, later = two_owners
    refers = sentence_with(explanation_of(later), "It goes on for an earlier contract").refers
    assert refers
    assert refers.id == str(earlier.id)


def test_what_was_joined_says_to_which(bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain) -> None:
    bought = buy()
    earlier = bench.land(bought["agreement_id"])
    settle(1)
    later = bench.land(bench.sandbox.renew(bought["agreement_id"], new_license=True)["agreement_id"])
    settle()
    found = sentence_with(explanation_of(later), "the two were joined")
    assert found.refers
    assert (found.rule, found.refers.id) == (Rule.JOINED, str(earlier.id))


# --- Waiting --------------------------------------------------------------------------------------------------------


def test_an_agreement_for_a_later_date_waits_for_it(
    bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain
) -> None:
    contract = bench.land(buy(starts_in_seconds=86_400)["agreement_id"])
    settle()
    assert concluded(explanation_of(contract), State.WAITING, "It was agreed for ", Rule.LATER_DATE)


def test_a_payment_that_failed_is_the_reason(bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain) -> None:
    contract = bench.land(buy(RELAY, payment="fails")["agreement_id"])
    settle()
    found = explanation_of(contract)
    assert concluded(found, State.WAITING, "the payment may have failed", Rule.NOT_PAID)
    assert sentence_with(found, "the payment may have failed").refers


def test_what_is_not_paid_yet_waits(bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain) -> None:
    contract = bench.land(buy(payment="pending")["agreement_id"])
    settle()
    found = explanation_of(contract)
    assert concluded(found, State.WAITING, "AWS grants nothing yet", Rule.ENTITLEMENT)


def test_and_so_does_pay_as_you_go(bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain) -> None:
    contract = bench.land(buy(RELAY, payment="pending")["agreement_id"])
    settle()
    found = explanation_of(contract)
    assert concluded(found, State.WAITING, "AWS has not said that it is granted", Rule.WORDS_DECIDE)


# --- Changing -------------------------------------------------------------------------------------------------------


def test_while_aws_cannot_be_asked_its_message_waits(
    bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain
) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(1)
    bench.sandbox.change(bought["agreement_id"], dimensions={"seats": 45})
    bench.sandbox.fail("GetEntitlements", "InternalServiceErrorException")
    bench.hear()
    bench.work()
    found = explanation_of(contract)
    assert (found.state, found.agrees) == (State.CHANGING, True)
    assert "Until it does, 10 users and Team plan still holds" in text_of(found)
    assert "AWS did not answer" in sentence_with(found, "is still to be worked on").text


def test_a_doubted_answer_says_when_aws_is_asked_again(
    bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain
) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(1)
    bench.sandbox.cancel(bought["agreement_id"])
    bench.take_bodies()  # the messages of the end are lost
    with transaction():
        checks.request_check(contract.id)
    checks.work_on_checks(bench.marketplace, bench.products, bench.now())
    found = explanation_of(contract)
    assert found.state == State.CHANGING
    assert sentence_with(found, "Somebody asked for AWS's answer; it is due").rule == Rule.DOUBTED


# --- Ending and ended -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deed", "why"),
    [("cancel", "it was cancelled"), ("expire", "it expired"), ("terminate", "AWS terminated it")],
)
def test_a_contract_that_is_over_says_why(
    bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain, deed: str, why: str
) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(1)
    bench.sandbox.do(bought["agreement_id"], deed)
    settle()
    found = explanation_of(contract)
    assert concluded(found, State.ENDED, f"because {why}.", MOVES[State.ACTIVE][State.ENDED])
    assert f"ended because {why} (message {told(bench, 'Purchase Agreement Ended')})" in text_of(found)


def test_a_legacy_contract_is_over_because_aws_grants_nothing(
    bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain
) -> None:
    bought = buy(ARCHIVE)
    contract = bench.land(bought["agreement_id"])
    settle(1)
    bench.sandbox.cancel(bought["agreement_id"])
    settle()
    found = explanation_of(contract)
    assert concluded(found, State.ENDED, "AWS grants nothing any more", MOVES[State.ACTIVE][State.ENDED])


@pytest.mark.parametrize("product", [ALERTS, RELAY])
def test_pay_as_you_go_ends_with_its_last_hour(
    bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain, product: str
) -> None:
    bench.sandbox.settings(final_window_seconds=7200)
    bought = buy(product)
    contract = bench.land(bought["agreement_id"])
    settle(1)
    bench.sandbox.cancel(bought["agreement_id"])
    settle(1)
    if product == RELAY:
        assert concluded(explanation_of(contract), State.ENDING, "Its last hour of use goes on until", Rule.LAST_HOUR)
    watch.close_last_hours(bench.products, bench.now() + HOUR * 2)
    found = explanation_of(contract)
    assert (found.state, found.agrees) == (State.ENDED, True)
    assert "the subscription has been over since" in text_of(found)


def test_pay_as_you_go_that_aws_ended_says_so(bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain) -> None:
    bought = buy(RELAY)
    contract = bench.land(bought["agreement_id"])
    settle(1)
    bench.sandbox.cancel(bought["agreement_id"])
    settle()
    assert concluded(explanation_of(contract), State.ENDED, "So the subscription has been over", Rule.WORDS_DECIDE)


def deprovisioned(bought: dict[str, Any], bench: Bench) -> str:
    detail = shapes.licence_detail(
        agreement={"id": bought["agreement_id"]}, license={"arn": bought["license_arn"]}, product={"code": ANALYTICS}
    )
    at = bench.now() + timedelta(seconds=1)
    return shapes.event("License Deprovisioned - Manufacturer", detail, time=at.isoformat(timespec="seconds"))


@pytest.fixture
def announced(bench: Bench, buy: Buy, settle: Settle) -> Contract:
    """A contract whose end is announced, and which AWS still grants."""
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(1)
    bench.receive(deprovisioned(bought, bench))
    settle(1)
    return contract


def test_an_announced_end_is_told_with_what_is_still_granted(announced: Contract, explanation_of: Explain) -> None:
    found = explanation_of(announced)
    assert concluded(found, State.ENDING, "and still grants 10 users and Team plan", MOVES[State.ACTIVE][State.ENDING])


def test_an_announced_end_that_aws_does_not_keep_to_is_none(
    announced: Contract, bench: Bench, explanation_of: Explain
) -> None:
    with transaction():
        checks.request_check(announced.id)
    checks.work_on_checks(bench.marketplace, bench.products, bench.now() + HOUR * 2)
    found = explanation_of(announced, later=HOUR * 2)
    assert concluded(found, State.ACTIVE, "gone on granting for more than an hour", Rule.GOES_ON_GRANTING)


def test_and_until_it_is_asked_the_explanation_says_what_will_follow(
    announced: Contract, explanation_of: Explain
) -> None:
    found = explanation_of(announced, later=HOUR * 2)
    assert (found.state, found.agrees) == (State.ENDING, False)
    assert "the rules would say active" in text_of(found)


# --- Beside the state -----------------------------------------------------------------------------------------------


def test_a_state_that_nobody_knows_is_named_as_it_is(bench: Bench, buy: Buy, explanation_of: Explain) -> None:
    contract = bench.land(buy()["agreement_id"])
    with transaction():
        bench.fresh(contract).state = "mystery"
    found = explanation_of(contract)
    assert (found.by_rules, "“mystery”, a word that the rules do not know" in text_of(found)) == (None, True)


def test_an_advisory_revokes_nothing(bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(1)
    bench.sandbox.advise(bought["agreement_id"])
    settle(1)
    assert sentence_with(explanation_of(contract), "Advisory").rule == Rule.ADVISORY


def test_a_message_that_might_be_about_another_waits_for_a_person(
    bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain
) -> None:
    one, other = buy(), buy()
    contract = bench.land(one["agreement_id"])
    bench.land(other["agreement_id"])
    settle(1)
    mixed = shapes.licence_detail(
        agreement={"id": one["agreement_id"]}, license={"arn": other["license_arn"]}, product={"code": ANALYTICS}
    )
    bench.receive(shapes.event(detail=mixed))
    bench.work()
    assert sentence_with(explanation_of(contract), "a person must decide").rule == Rule.AMBIGUOUS


def test_an_automatic_renewal_that_is_off_is_said(
    bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain
) -> None:
    bought = buy(auto_renew=True)
    contract = bench.land(bought["agreement_id"])
    settle(1)
    bench.sandbox.change(bought["agreement_id"], auto_renew=False)
    settle(1)
    assert "Its automatic renewal is off" in text_of(explanation_of(contract))


def test_nothing_in_it_tells_who_a_person_is(bench: Bench, buy: Buy, settle: Settle, explanation_of: Explain) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(1)
    text = text_of(explanation_of(contract))
    assert [word for word in (bought["account_id"], "Acme", "Alice", "@") if word in text] == []


def test_what_the_seller_brought_in_says_so(bench: Bench, buy: Buy, explanation_of: Explain) -> None:
    contract = bench.land(buy()["agreement_id"])
    with transaction():
        bench.fresh(contract).changes[0].cause = Cause.IMPORT
    assert "when the seller brought it in" in text_of(explanation_of(contract))


# --- The rules ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", list(Rule), ids=lambda rule: rule.name)
def test_a_rule_stands_on_the_page_in_the_same_words(rule: Rule) -> None:
    page = (ROOT / "docs" / "life-of-a-contract.md").read_text(encoding="utf-8")
    assert rule in " ".join(re.sub(r"[*`]", "", page).split())


# --- By property ------------------------------------------------------------------------------------------------------

EXAMPLES, STEPS = 12, 20


class Explained(Life):
    """A life at whose end every contract is explained, and at whose every step none fails to be."""

    def check_invariants(self, *args: Any, **options: Any) -> None:
        """Hypothesis calls this after every step."""
        super().check_invariants(*args, **options)
        if hasattr(self, "market"):
            self.explain_all()

    def teardown(self) -> None:
        if not hasattr(self, "market"):
            return
        self._deliver_shuffled(self.air)
        self.house.settle()
        for contract, explanation in self.explain_all():
            assert explanation.agrees, f"{contract.state}, and the rules say {explanation.by_rules}"
            told = {one.refers.id for one in explanation.sentences if one.refers and one.refers.kind == "message"}
            mentioned = set(re.findall(r"\(message (\d+)\)", text_of(explanation)))
            assert mentioned >= told - {str(one.id) for one in self.unsettled_of(contract)}
            type(self).judged += 1

    def explain_all(self) -> list[tuple[Contract, Explanation]]:
        found = []
        for contract in self.house.contracts():
            file = open_file(contract.id)
            assert file
            explanation = explain(circumstances_of(file, self.house.products, utcnow()))
            assert explanation.reason, f"nothing says why it is {contract.state}"
            assert explanation.by_rules
            found.append((contract, explanation))
        return found

    def unsettled_of(self, contract: Contract) -> list[Any]:
        file = open_file(contract.id)
        return file.waiting if file else []


def test_whatever_happens_the_explanation_comes_to_the_state_that_is_shown(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.proof.property.Life", Explained)
    explained = live(bench.app, bench.sandbox, bench.queue_url, examples=EXAMPLES, steps=STEPS, seed=None)
    assert explained > EXAMPLES // 2, "the lives have become tame: hardly a contract was explained"
