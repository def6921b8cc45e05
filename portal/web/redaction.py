"""A contract page without anybody on it, for whoever has a link to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from portal.web.history import HistoryLine
from portal.web.views import ContractPage
from portal.web.wording import CAUSES, SUBJECTS

_BY_AWS = frozenset(CAUSES[cause] for cause in CAUSES if cause in {"notification", "refresh", "sweep", "renewal"})


def redacted(page: ContractPage, *, names_shown: bool) -> ContractPage:
    """The page without people; and without organisation and AWS account unless they are shown."""
    return replace(
        page,
        organisation_name=page.organisation_name if names_shown else None,
        masked_account=page.masked_account if names_shown else None,
        linked_by=None,
        history=list(_lines(page.history)),
        has_others=False,
    )


def _lines(history: Iterable[HistoryLine]) -> Iterable[HistoryLine]:
    for line in history:
        if line.what == SUBJECTS["organisation"]:
            yield replace(line, before=None, after=None, detail=None, sentence="Linked to an organisation.")
        else:
            yield replace(line, detail=line.detail if line.cause in _BY_AWS else None)
