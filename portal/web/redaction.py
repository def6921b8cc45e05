"""A contract page without anybody on it, for whoever has a link to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from portal.contracts.models import Cause, ContractChange
from portal.language import gettext as _
from portal.web.history import HistoryLine
from portal.web.views import ContractPage
from portal.web.wording import CAUSES, SUBJECTS

_PUBLIC = frozenset(
    {"opened", "state", "organisation", "starts_at", "ends_at", "auto_renew", "ended_because", "continues"}
)
_BY_AWS = ("notification", "refresh", "sweep", "renewal")


def is_public(change: ContractChange) -> bool:
    """Whether a line of the history may be told to whoever has a link; what is not known here may not."""
    return change.subject in _PUBLIC or change.subject.startswith("dimension:")


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


def organisation_in_words(is_first: bool) -> str:
    """That whose it is has changed, and not who that is."""
    return _("Linked to an organisation.") if is_first else _("Its organisation has changed.")


def _lines(history: Iterable[HistoryLine]) -> Iterable[HistoryLine]:
    told_by_aws = {_(CAUSES[Cause(cause)]) for cause in _BY_AWS}
    for line in history:
        if line.what == _(SUBJECTS["organisation"]):
            words = organisation_in_words(line.before is None)
            yield replace(line, before=None, after=None, detail=None, sentence=words)
        else:
            yield replace(line, detail=line.detail if line.cause in told_by_aws else None)
