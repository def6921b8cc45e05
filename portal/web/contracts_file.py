"""The list of contracts as a file: line by line, never all of it in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from portal.contracts.models import Contract, ContractName, NameKind
from portal.contracts.names import mask_account
from portal.products import Products
from portal.staff.overview.contracts_list import Filters, every
from portal.staff.overview.lines import Line
from portal.web.spreadsheet import safe_cell

HEADINGS = (
    *("contract", "product code", "product", "status", "organisation", "organisation number", "AWS account"),
    *("agreements", "starts", "ends", "renews by itself", "last confirmed with AWS", "known since"),
)
AT_ONCE = 64 * 1024
"""So many characters leave together."""


def as_csv(filters: Filters, products: Products, now: datetime, *, whole_accounts: bool) -> Iterator[str]:
    """The file in pieces, in the order of the list.

    Args:
        whole_accounts: with the AWS accounts in full, for who may see them; otherwise by their last digits.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(HEADINGS)
    for line, agreements in every(filters, now, _agreements()):
        writer.writerow([safe_cell(cell) for cell in _cells(line, agreements, products, whole_accounts)])
        if buffer.tell() > AT_ONCE:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _cells(line: Line, agreements: str, products: Products, whole_accounts: bool) -> list[str]:
    account = line.aws_account_id if whole_accounts else mask_account(line.aws_account_id)
    return [
        str(line.id),
        line.product_code,
        products.named(line.product_code).title,
        line.state,
        line.organisation or "",
        str(line.organisation_id or ""),
        account or "",
        agreements,
        _time(line.starts_at),
        _time(line.end_at),
        {True: "yes", False: "no", None: ""}[line.auto_renew],
        _time(line.confirmed_at),
        _time(line.created_at),
    ]


def _time(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def _agreements() -> Any:
    """The agreements of a contract beside it, as one text."""
    return (
        select(func.aggregate_strings(ContractName.text, " "))
        .where(ContractName.contract_id == Contract.id, ContractName.kind == NameKind.AGREEMENT)
        .correlate(Contract)
        .scalar_subquery()
    )
