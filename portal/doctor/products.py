"""The products file, against what AWS answers about each product."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from portal.contracts.models import Contract, Entitlement
from portal.database import db
from portal.doctor.lines import Line, Thing
from portal.doctor.subject import Subject
from portal.marketplace.errors import MarketplaceError, MarketplaceRefused, MarketplaceUnavailable
from portal.products import Product

FILE = Thing("products.file", "Products file")
STRANGERS = Thing("products.strangers", "Contracts of other products")


def look(subject: Subject) -> Iterator[Line]:
    """One page of GetEntitlements for each product; nothing else is asked."""
    names = [product.title for product in subject.products]
    yield FILE.ok(f"{subject.settings.products_file.name} describes {len(names)}: {', '.join(names)}.")
    for product in subject.products:
        yield _product(product, subject)
    yield _strangers(subject)


def _product(product: Product, subject: Subject) -> Line:
    thing = Thing(f"products.{product.code}", product.title)
    try:
        page = next(iter(subject.marketplace.entitlement_pages(product.code)))
    except MarketplaceUnavailable as error:
        return thing.unknown(f"AWS did not answer ({error}).", "Examine again when AWS answers.")
    except MarketplaceRefused as error:
        return _refused(thing, product, error)
    seen = {row.dimension for row in page.rows} | _dimensions_here(product)
    unknown = sorted(key for key in seen if not product.dimension(key).known)
    if unknown:
        return thing.warning(
            f"Buyers have dimensions that the products file does not describe: {', '.join(unknown)}. "
            "They are shown under these keys.",
            f"Describe each in the products file, as [product.dimensions.{unknown[0]}].",
        )
    if product.id is None:
        return thing.warning(
            "AWS knows its code. Its catalogue id is not in the products file, so its agreements cannot be compared.",
            'Write id = "prod-…" into the products file: the management portal shows it beside the product code.',
        )
    return thing.ok(f"AWS knows its code; {'its dimensions are described' if seen else 'nobody has bought it yet'}.")


def _refused(thing: Thing, product: Product, error: MarketplaceError) -> Line:
    if "InvalidParameter" in str(error):
        return thing.wrong(
            f"AWS does not know the product code {product.code} as one of this account’s.",
            "Copy the product code from the product’s page in the AWS Marketplace Management Portal into the products "
            "file, or use the credentials of the account that published it.",
        )
    return thing.unknown(f"AWS refuses to tell ({error}).", "See the lines about access.")


def _dimensions_here(product: Product) -> set[str]:
    statement = (
        select(Entitlement.dimension)
        .join(Contract, Contract.id == Entitlement.contract_id)
        .where(Contract.product_code == product.code)
        .distinct()
    )
    try:
        return set(db.session.scalars(statement))
    except SQLAlchemyError:
        return set()


def _strangers(subject: Subject) -> Line:
    known = [product.code for product in subject.products]
    statement = select(Contract.product_code).where(Contract.product_code.not_in(known)).distinct().limit(5)
    try:
        codes = sorted(db.session.scalars(statement))
    except SQLAlchemyError:
        return STRANGERS.unknown("The database does not tell.", "See the lines about the database.")
    if codes:
        return STRANGERS.warning(
            f"There are contracts of products that the file does not describe: {', '.join(codes)}.",
            "Write these products back into the products file; their buyers still see their contracts.",
        )
    return STRANGERS.ok("None.")
