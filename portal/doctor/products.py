"""The products file, against what AWS answers about each product."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from portal.contracts.models import Contract, Entitlement
from portal.database import db
from portal.doctor.lines import Line, Thing, as_written
from portal.doctor.subject import Subject
from portal.marketplace.errors import MarketplaceError, MarketplaceRefused, MarketplaceUnavailable
from portal.products import Product
from portal.sentences import listed, sentence

FILE = Thing("products.file", sentence("Products file"))
STRANGERS = Thing("products.strangers", sentence("Contracts of other products"))


def look(subject: Subject) -> Iterator[Line]:
    """One page of GetEntitlements for each product; nothing else is asked."""
    names = listed(product.title for product in subject.products)
    file = subject.settings.products_file.name
    yield FILE.ok(
        sentence("%(file)s describes %(number)s: %(names)s.", file=file, number=len(subject.products), names=names)
    )
    for product in subject.products:
        yield _product(product, subject)
    yield _strangers(subject)


def _product(product: Product, subject: Subject) -> Line:
    thing = Thing(f"products.{product.code}", as_written(product.title))
    try:
        page = next(iter(subject.marketplace.entitlement_pages(product.code)))
    except MarketplaceUnavailable as error:
        return thing.unknown(
            sentence("AWS did not answer (%(error)s).", error=str(error)), sentence("Examine again when AWS answers.")
        )
    except MarketplaceRefused as error:
        return _refused(thing, product, error)
    seen = {row.dimension for row in page.rows} | _dimensions_here(product)
    unknown = sorted(key for key in seen if not product.dimension(key).known)
    if unknown:
        return thing.warning(
            sentence(
                "Buyers have dimensions that the products file does not describe: %(dimensions)s. They are shown under "
                "these keys.",
                dimensions=listed(unknown),
            ),
            sentence(
                "Describe each in the products file, as [product.dimensions.%(dimension)s].", dimension=unknown[0]
            ),
        )
    if product.id is None:
        return thing.warning(
            sentence(
                "AWS knows its code. Its catalogue id is not in the products file, so its agreements cannot be "
                "compared."
            ),
            sentence(
                'Write id = "prod-…" into the products file: the management portal shows it beside the product code.'
            ),
        )
    if seen:
        return thing.ok(sentence("AWS knows its code; its dimensions are described."))
    return thing.ok(sentence("AWS knows its code; nobody has bought it yet."))


def _refused(thing: Thing, product: Product, error: MarketplaceError) -> Line:
    if "InvalidParameter" in str(error):
        return thing.wrong(
            sentence("AWS does not know the product code %(code)s as one of this account’s.", code=product.code),
            sentence(
                "Copy the product code from the product’s page in the AWS Marketplace Management Portal into the "
                "products file, or use the credentials of the account that published it."
            ),
        )
    return thing.unknown(
        sentence("AWS refuses to tell (%(error)s).", error=str(error)), sentence("See the lines about access.")
    )


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
        return STRANGERS.unknown(sentence("The database does not tell."), sentence("See the lines about the database."))
    if codes:
        return STRANGERS.warning(
            sentence(
                "There are contracts of products that the file does not describe: %(codes)s.", codes=listed(codes)
            ),
            sentence("Write these products back into the products file; their buyers still see their contracts."),
        )
    return STRANGERS.ok(sentence("None."))
