"""What create_app put into the application, by type, for views and jobs."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flask import current_app

from portal.config import Settings
from portal.config.colours import OURS
from portal.contracts.reconciliation import Sources
from portal.language import TRANSLATIONS
from portal.mail.letters import Sender
from portal.marketplace.client import Marketplace
from portal.products import Product, Products
from portal.registration.arrival import Desk


@dataclass(frozen=True)
class Support:
    """How buyers reach help: for one product, or the seller's own."""

    email: str | None
    url: str | None


def settings() -> Settings:
    """The settings of this application."""
    found: Settings = current_app.extensions["settings"]
    return found


def aws_endpoints() -> dict[str, str]:
    """The variables that say where AWS is, where it is not the real one."""
    found: dict[str, str] = current_app.extensions["aws_endpoints"]
    return found


def products() -> Products:
    """The products this seller lists."""
    found: Products = current_app.extensions["products"]
    return found


def marketplace() -> Marketplace:
    """The connection to AWS Marketplace."""
    found: Marketplace = current_app.extensions["marketplace"]
    return found


def sources() -> Sources:
    """Where a reconciliation reads."""
    found: Sources = current_app.extensions["sources"]
    return found


def desk() -> Desk:
    """Where buyers arrive."""
    found: Desk = current_app.extensions["desk"]
    return found


def edition() -> str:
    """What tells the pages of this installation from those of an earlier one: its templates, its words,
    its products file and the seller's brand."""
    found: str = current_app.extensions["edition"]
    return found


def edition_of(templates: Path, products_file: Path, settings: Settings) -> str:
    """See ``edition``."""
    files = [*sorted(templates.rglob("*.html")), *sorted(TRANSLATIONS.rglob("*.po")), products_file]
    brand = repr((settings.seller_name, settings.brand_logo, settings.brand_colours, settings.wording))
    return sha256(b"".join([*(file.read_bytes() for file in files), brand.encode()])).hexdigest()[:16]


def support(product: Product | None = None) -> Support:
    """Support for a product, the seller's where the product names none."""
    return Support(
        email=(product and product.support_email) or settings().support_email,
        url=(product and product.support_url) or settings().support_url,
    )


def landing_url() -> str:
    """The fulfilment URL, as AWS is told it."""
    return settings().portal_url + current_app.url_map.bind("portal").build("landing.receive", method="POST")


def sender() -> Sender:
    """How the portal signs its mail."""
    contact = support()
    return Sender(
        seller=settings().seller_name,
        portal_url=settings().portal_url,
        support=contact.email or contact.url or settings().portal_url,
        colours=settings().brand_colours or OURS,
        wording=settings().wording,
    )
