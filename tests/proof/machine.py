"""The life of a few purchases by chance, and AWS's messages about them in any order, doubled, delayed and lost."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.cast import ALERTS, ANALYTICS, ARCHIVE, STREAMS
from tests.proof.house import House
from tests.proof.market import RELAY, Market
from tests.proof.verdict import Outcome, judge

any_one = st.integers(0, 11)
recent = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 5])
"""Counted from the newest backwards: old agreements are mostly over, and nothing can be done with them."""
products = st.sampled_from([ANALYTICS, ANALYTICS, ARCHIVE, ARCHIVE, STREAMS, RELAY, ALERTS])
ways_to_buy = st.sampled_from(
    [{}] * 6 + [{"auto_renew": True}, {"payment": "pending"}, {"payment": "fails"}, {"starts_in_seconds": 86_400}]
)
thresholds = st.sampled_from(["start", "start", "pay", "pay", "fail", "resubscribe"])
ends = st.sampled_from(
    [("cancel", {}), ("expire", {}), ("terminate", {}), ("cancellation-request", {"status": "approved"})]
)
news = st.sampled_from(
    [
        ("change", {"auto_renew": True}), ("change", {"auto_renew": False}), ("advisory", {}),
        ("reminder", {"days": 30}),
        ("cancellation-request", {}),
    ]
)  # fmt: skip


class Life(RuleBasedStateMachine):
    """One example. Set `house` and `take` (what is in the queue) on a subclass."""

    house: ClassVar[House]
    take: ClassVar[Callable[[], list[str]]]
    judged: ClassVar[int] = 0
    """How many purchases with a contract were looked at."""

    @initialize(
        seed=st.integers(0, 2**32),
        window=st.sampled_from([0, 3600]),
        rows=st.booleans(),
        first=st.lists(products, min_size=1, max_size=2),
    )
    def begin(self, seed: int, window: int, rows: bool, first: list[str]) -> None:
        self.chance = random.Random(seed)
        self.house.begin_anew()
        self.market = Market(self.house.sandbox, type(self).take)
        self.house.sandbox.settings(final_window_seconds=window, subscription_rows=rows)
        self.air: list[int] = []
        self.heard: set[int] = set()
        for account, product in enumerate(first):
            self._bought(product, account)

    # --- AWS ------------------------------------------------------------------------------------------------------

    @rule(product=products, account=st.integers(0, 2), how=ways_to_buy)
    def buy(self, product: str, account: int, how: dict[str, Any]) -> None:
        self._bought(product, account, **how)

    @rule(which=recent, new_license=st.booleans(), early=st.sampled_from([False, False, True]))
    def renew(self, which: int, new_license: bool, early: bool) -> None:
        self._do(which, "renew", new_license=new_license, early=early)

    @rule(which=recent, new_license=st.booleans())
    def replace(self, which: int, new_license: bool) -> None:
        self._do(which, "replace", new_license=new_license)

    @rule(which=recent, quantity=st.integers(1, 40))
    def change(self, which: int, quantity: int) -> None:
        self._hold(self.market.change(self._agreement(which), quantity))

    @rule(which=recent, verb=thresholds)
    def begin_or_fail(self, which: int, verb: str) -> None:
        self._do(which, verb)

    @rule(which=recent, verb=ends)
    def end(self, which: int, verb: tuple[str, dict[str, Any]]) -> None:
        self._do(which, verb[0], **verb[1])

    @rule(which=recent, verb=news)
    def tell(self, which: int, verb: tuple[str, dict[str, Any]]) -> None:
        self._do(which, verb[0], **verb[1])

    # --- The way --------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.air)
    @rule(which=st.lists(any_one, min_size=1, max_size=4), again=st.booleans())
    def deliver(self, which: list[int], again: bool) -> None:
        numbers = [self.air[each % len(self.air)] for each in which]
        self.house.hear([self.market.said[number].body for number in numbers])
        self.heard.update(numbers)
        if not again:
            self.air = [number for number in self.air if number not in numbers]

    @precondition(lambda self: self.air)
    @rule(which=any_one)
    def drop(self, which: int) -> None:
        self.air.remove(self.air[which % len(self.air)])

    # --- The portal -----------------------------------------------------------------------------------------------

    @rule(which=recent, linked=st.booleans(), by_a_stranger=st.sampled_from([False] * 7 + [True]))
    def land(self, which: int, linked: bool, by_a_stranger: bool) -> None:
        agreement_id = self._agreement(which)
        if self.house.arrive(agreement_id) and linked:
            organisation = self.market.accounts.index(self.market.truth(agreement_id)["account_id"])
            self.house.link(len(self.house.claims) - 1, (organisation + by_a_stranger) % 3)

    @rule(seconds=st.sampled_from([0, 0, 5, 300]), sweep=st.sampled_from([False, False, True]))
    def work(self, seconds: int, sweep: bool) -> None:
        if sweep:
            self.house.sweep()
        self.house.work(timedelta(seconds=seconds))
        self.house.check(timedelta(seconds=seconds))

    @rule(times=st.integers(1, 5))
    def work_while_aws_throttles(self, times: int) -> None:
        self.house.sandbox.fail("GetEntitlements", "ThrottlingException", times=times)
        self.house.work()
        self.house.sandbox.work_again()

    # --- The end --------------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        if not hasattr(self, "market"):
            return
        self._deliver_shuffled(self.air)
        delivered = sorted(self.heard | set(self.air))
        self.house.settle()
        first = self._judge(delivered)
        if len(delivered) == len(self.market.said) and not self._is_owned_by_two():
            self._live_again(delivered)
            second = self._judge(delivered)
            assert first == second, f"another order came to something else:\n{first}\n{second}"

    def _judge(self, delivered: list[int]) -> list[Outcome]:
        outcomes = judge(self.market, self.house, delivered)
        type(self).judged += sum(1 for outcome in outcomes if outcome)
        return outcomes

    def _is_owned_by_two(self) -> bool:
        """Whether somebody linked what others linked elsewhere: then who came first decides, rightly."""
        chosen: dict[str, set[int]] = {}
        for agreement_id, _contract, organisation in self.house.links:
            account = self.market.truth(agreement_id)["account_id"]
            chosen.setdefault(account, set()).add(organisation)
        return any(len(organisations) > 1 for organisations in chosen.values())

    def _live_again(self, delivered: list[int]) -> None:
        """The same messages and the same arrivals in another order, in a portal that knows nothing yet."""
        arrivals = list(dict.fromkeys(agreement for agreement, _claim in self.house.claims))
        linked = {
            agreement: self.house.organisations.index(chosen) for agreement, _contract, chosen in self.house.links
        }
        self.house.begin_anew()
        steps: list[int | str] = [*delivered, *arrivals, *self.chance.choices(delivered, k=min(3, len(delivered)))]
        self.chance.shuffle(steps)
        for step in steps:
            if isinstance(step, int):
                self.house.hear([self.market.said[step].body])
            else:
                self.house.arrive(step)
                if step in linked:
                    self.house.link(len(self.house.claims) - 1, linked[step])
            if self.chance.random() < 0.4:
                self.house.work()
        self.house.settle()

    def _deliver_shuffled(self, numbers: list[int]) -> None:
        numbers = [*numbers, *self.chance.choices(numbers, k=2)] if numbers else []
        self.chance.shuffle(numbers)
        for number in numbers:
            self.house.hear([self.market.said[number].body])
            if self.chance.random() < 0.3:
                self.house.work()

    def _agreement(self, which: int) -> str:
        return self.market.agreements[-1 - which % len(self.market.agreements)]

    def _bought(self, product: str, account: int, **how: Any) -> None:
        self._hold(self.market.buy(product, account, **how))

    def _do(self, which: int, verb: str, **terms: Any) -> None:
        self._hold(self.market.do(self._agreement(which), verb, **terms))

    def _hold(self, said: list[int]) -> None:
        self.air = [*self.air, *said]
