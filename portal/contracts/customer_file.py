"""A seller's list of existing customers, as a CSV file: read and checked, every problem with its line number."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from portal.contracts.names import can_be_asked_for, license_key
from portal.products import Products

NAMES = ("customer_identifier", "aws_account_id", "license_arn", "agreement_id")
COLUMNS = ("product_code", *NAMES, "organisation")
REQUIRED = ("product_code", "organisation")
LONGEST = {
    "product_code": 255,
    "customer_identifier": 255,
    "aws_account_id": 12,
    "license_arn": 600,
    "agreement_id": 64,
    "organisation": 200,
}
_ACCOUNT = re.compile(r"^[0-9]{12}$")


class NoCustomerFile(Exception):
    """There was a file that is no list of customers. Its text says what is wrong with it, and what it should be."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with one line."""

    line: int
    text: str


@dataclass(frozen=True)
class Line:
    """One customer's purchase: what AWS calls it, and whose it is."""

    number: int
    product_code: str
    organisation: str
    customer_identifier: str | None = None
    aws_account_id: str | None = None
    license_arn: str | None = None
    agreement_id: str | None = None


def read_customers(content: bytes, products: Products) -> tuple[list[Line], list[Problem]]:
    """The lines that are right, and what is wrong with the others.

    Raises:
        NoCustomerFile: no line can be read.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NoCustomerFile(f"It is not UTF-8 (at byte {error.start}): save it as CSV UTF-8.") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines, problems = [], []
    rows = _numbered(reader)
    header = _header(next(rows, (1, []))[1])
    for number, row in rows:
        if any(cell.strip() for cell in row):
            wrong = _wrong(row, header, products)
            problems += [Problem(number, one) for one in wrong]
            if not wrong:
                lines.append(_line(number, row, header))
    return lines, problems


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of the line on which it begins: a quoted value may go over several."""
    begins = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise NoCustomerFile(f"It is not CSV: line {begins}: {error}.") from None
        yield begins, row
        begins = reader.line_num + 1  # type: ignore[attr-defined]


def _header(row: list[str]) -> list[str]:
    header = [cell.strip().lower() for cell in row]
    if len(header) == 1 and ";" in header[0]:
        raise NoCustomerFile("Its columns are separated by semicolons: save it with commas.")
    unknown = [f"`{name}`" for name in header if name not in COLUMNS]
    missing = [f"`{name}`" for name in REQUIRED if name not in header]
    if unknown:
        known = ", ".join(COLUMNS)
        raise NoCustomerFile(f"Its first line names columns that are not known: {', '.join(unknown)}. Known: {known}.")
    if missing:
        raise NoCustomerFile(f"Its first line does not name every column that is needed: {', '.join(missing)}.")
    if not set(NAMES) & set(header):
        raise NoCustomerFile(f"Its first line names no column to know a purchase by: one of {', '.join(NAMES)}.")
    if len(set(header)) < len(header):
        raise NoCustomerFile("Its first line names a column twice.")
    return header


def _cells(row: list[str], header: list[str]) -> dict[str, str]:
    return {name: " ".join(cell.split()) for name, cell in zip(header, row, strict=False)}


def _line(number: int, row: list[str], header: list[str]) -> Line:
    given = {name: value for name, value in _cells(row, header).items() if value}
    return Line(number, **given)


def _wrong(row: list[str], header: list[str], products: Products) -> list[str]:
    if len(row) != len(header):
        return [f"It has {len(row)} values, and the first line names {len(header)} columns."]
    cells = _cells(row, header)
    code, account, arn = cells["product_code"], cells.get("aws_account_id", ""), cells.get("license_arn", "")
    wrong = [f"`{name}` is empty." for name in REQUIRED if not cells[name]]
    if code and products.get(code) is None:
        wrong.append(f"The product code `{code[:40]}` is not in the products file.")
    if not any(cells.get(name) for name in NAMES):
        wrong.append(f"It names no purchase: give one of {', '.join(name for name in NAMES if name in header)}.")
    if account and not _ACCOUNT.match(account):
        wrong.append("`aws_account_id` is not twelve digits: spreadsheets lose leading zeros, and round long numbers.")
    if arn and not (can_be_asked_for(arn) and license_key(arn)):
        wrong.append("`license_arn` is no licence as AWS spells it: arn:aws:license-manager:….")
    long = [name for name, value in cells.items() if len(value) > LONGEST[name] and name != "aws_account_id"]
    wrong += [f"`{name}` is longer than {LONGEST[name]} characters." for name in long]
    return wrong + [
        f"`{name}` holds a character that cannot be stored." for name, value in cells.items() if "\0" in value
    ]
