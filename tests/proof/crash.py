"""Rounds in which everything breaks that can break, while messages pour in; then quiet, and the account of it.

What breaks, and when, is drawn from a seed. What that hits is not: processes run at their own pace.
"""

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from portal.database import utcnow
from tests.cast import ANALYTICS
from tests.notifications import shapes
from tests.proof.crash_stage import ROLES, Stage, wait_for
from tests.proof.crash_tally import SEATS, Ledger, Tally, judge

CONTRACTS = 100
BURST = (5, 50)
"""So many contracts change at once: at least, at most."""
SOON_SECONDS = 0.4
"""So long after a burst somebody is still working on it, and that is when most harms come."""
ROUND_SECONDS = 2.5
"""In so long everything of a round begins; what ends an outage may come a little later."""
PATIENCE_SECONDS = 240.0
"""After so long what is not settled is lost. A lease of a dead worker lasts half a minute."""
AIM_SECONDS = 0.15
"""In so long a worker is through with what it has in hand."""
FAR = datetime(2031, 1, 1, tzinfo=UTC)

Deed = Callable[[], Any]
Harm = tuple[Deed, Deed | None, tuple[float, float]]
"""What breaks something, what mends it, and after how many seconds: at least, at most."""


class Crashes:
    """Rounds on a stage, all with one ledger."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage, self.ledger = stage, Ledger()
        self.rounds, self.done = 0, Counter[str]()
        self._chance = random.Random(seed)
        self._sold = {one["agreement_id"]: one for one in stage.stock(CONTRACTS)}
        self._bursts, self._began = 0, utcnow().replace(microsecond=0)
        self._harms = _harms(stage)
        stage.be_ready()
        wait_for(stage.is_known, PATIENCE_SECONDS)
        self._settle()

    def round(self) -> None:
        """Two to four bursts of changes, and one to three harms in between, each mended before the round is over."""
        self.rounds += 1
        self.stage.be_ready()
        bursts = [self._moment() for _ in range(self._chance.randint(2, 4))]
        plan: list[tuple[float, Deed]] = [(moment, self._burst) for moment in bursts]
        for name in self._chance.sample(sorted(self._harms), k=self._chance.randint(1, 3)):
            self.done[name] += 1
            harm, cure, (least, most) = self._harms[name]
            moment = self._chance.choice([*bursts, self._moment()])
            if self._chance.random() < 0.5:
                harm = partial(self._aimed, harm, self._chance.uniform(0, AIM_SECONDS))
            else:
                moment += self._chance.uniform(0, SOON_SECONDS)
            plan.append((moment, harm))
            if cure:
                plan.append((moment + self._chance.uniform(least, most), cure))
        began = time.monotonic()
        for moment, deed in sorted(plan, key=lambda planned: planned[0]):
            time.sleep(max(0.0, began + moment - time.monotonic()))
            deed()

    def reckon(self, *, hurry: bool) -> Tally:
        """Wait until all is quiet, and see what has become of everything that was ever sent.

        Args:
            hurry: whether to take what dead workers had in hand from them at once, instead of waiting for it.
        """
        if hurry:
            self.stage.end_worker()
            self.stage.forget_leases()
        self.stage.be_ready()
        self._settle()
        truths = self.stage.sandbox.call("GET", "/api/purchases")
        seats = {truth["agreement_id"]: truth["dimensions"][SEATS] for truth in truths}
        return judge(self.ledger, seats, self.stage.waiting(f"{self.stage.queue_url}-dead"))

    def _settle(self) -> None:
        wait_for(self.stage.is_quiet, PATIENCE_SECONDS)  # what is not quiet then is seen by the judge
        self.stage.no_reconciliation()

    def _aimed(self, harm: Deed, seconds: float) -> None:
        """Do harm so long after a worker has taken messages in hand: what lasts for moments is hit rarely by chance."""
        wait_for(self.stage.is_at_work, SOON_SECONDS, pause=0.002)
        time.sleep(seconds)
        harm()

    def _moment(self) -> float:
        return self._chance.uniform(0, ROUND_SECONDS)

    def _burst(self) -> None:
        """Change some contracts, and have AWS tell it: of the seats that something changed, of the end what."""
        self._bursts += 1
        chosen = self._chance.sample(sorted(self._sold), k=self._chance.randint(*BURST))
        self.stage.sandbox.change_many(chosen, dimensions={SEATS: 1 + self._bursts}, quietly=True)
        # Events tell whole seconds. A burst has one of its own, so that it is certain which end was told last.
        at, ends_at = self._began + timedelta(seconds=self._bursts), FAR + timedelta(hours=self._bursts)
        bodies = []
        for agreement_id in chosen:
            bodies.append(self._event(agreement_id, at, None))
            if self._chance.random() < 0.5:
                bodies.append(self._event(agreement_id, at, ends_at))
                self.ledger.ends[agreement_id] = ends_at
        again = [body for body in bodies if self._chance.random() < 0.1]
        self.ledger.doubled += len(again)
        bodies += again
        self._chance.shuffle(bodies)
        self.stage.send(bodies)

    def _event(self, agreement_id: str, at: datetime, ends_at: datetime | None) -> str:
        sold, event_id = self._sold[agreement_id], str(UUID(int=self._chance.getrandbits(128)))
        self.ledger.sent[event_id] = agreement_id
        envelope = {"id": event_id, "time": at.strftime("%Y-%m-%dT%H:%M:%SZ")}
        if ends_at:
            terms = {"intent": "AMEND", "status": "ACTIVE", "endTime": ends_at.strftime("%Y-%m-%dT%H:%M:%SZ")}
            detail = shapes.agreement_detail(id=agreement_id, **terms)
            return shapes.event("Purchase Agreement Amended - Proposer", detail, **envelope)
        spelled = sold["license_arn"].replace("arn:aws:", "aws:").replace(":license:", ":")
        detail = shapes.licence_detail(
            agreement={"id": agreement_id},
            product={"code": ANALYTICS, "id": "prod-tidemarkanaly1"},
            license={"arn": spelled},
        )
        return shapes.event("License Updated - Manufacturer", detail, **envelope)


def _harms(stage: Stage) -> dict[str, Harm]:
    """Everything that breaks."""
    at_once, aws = (0.0, 0.0), stage.sandbox
    harms: dict[str, Harm] = {f"{role} killed": (partial(stage.kill_role, role), None, at_once) for role in ROLES}
    return harms | {
        "supervisor killed": (stage.kill_supervisor, stage.start_worker, (0.1, 1)),
        "whole worker killed": (stage.kill_all_of_the_worker, stage.start_worker, (0, 1)),
        "Valkey flushed": (stage.flush_valkey, None, at_once),
        "Valkey killed": (stage.kill_valkey, stage.start_valkey, (0.1, 2)),
        "PostgreSQL crashed": (stage.crash_postgres, stage.start_postgres, (0.1, 2)),
        "way to SQS cut": (stage.line.cut, stage.line.mend, (0.2, 2)),
        "way to SQS silent": (stage.line.fall_silent, stage.line.mend, (0.2, 2)),
        "AWS away": (partial(aws.settings, outage=True), partial(aws.settings, outage=False), (0.2, 2)),
        "AWS throttles": (partial(aws.settings, throttle=True), partial(aws.settings, throttle=False), (0.2, 2)),
    }
