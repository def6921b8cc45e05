"""What runs later: the jobs, the seam that asks for them, and the one list of periodic ones."""

from portal.jobs.later import check_contracts, init_app, redis_answers, send_mail, try_claim, work_on_inbox

__all__ = ["check_contracts", "init_app", "redis_answers", "send_mail", "try_claim", "work_on_inbox"]
