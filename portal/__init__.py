"""Marketplace Portal: joins a SaaS to AWS Marketplace.

``create_app`` is the composition root. Read it from top to bottom: it is the whole application, put together.
"""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, url_for
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import blueprints, cli, logs
from portal.config import Settings, aws_endpoints
from portal.contracts.reconciliation import Sources
from portal.database import db, engine_options
from portal.extensions import csrf, migrate
from portal.jobs import later
from portal.jobs.connections import hasty
from portal.looking_up import LOOKING_UP, look_up_options
from portal.marketplace.agreements import CALLS_PER_SECOND, Agreements
from portal.marketplace.budget import Budget
from portal.marketplace.client import Marketplace
from portal.notifications import inbox
from portal.products import Products
from portal.registration.arrival import Desk
from portal.sealing import Seal
from portal.services import edition_of, support
from portal.web import (
    ahead,
    branding,
    confirming,
    console,
    errors,
    filters,
    hosts,
    limits,
    lookout,
    requests,
    security,
    speech,
    visitor,
)
from portal.web.identity_providers import Provider


def create_app(settings: Settings | None = None) -> Flask:
    """Put the portal together.

    Args:
        settings: as read from the environment, unless a test brings its own.

    Raises:
        ConfigurationError: the settings are incomplete or unsafe together.
        ProductsFileError: the products file is not right.
    """
    settings = settings or Settings.from_environment(os.environ)
    logs.set_up(settings.log_level, settings.log_format)
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.secret_key_fallbacks),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        SQLALCHEMY_BINDS={LOOKING_UP: look_up_options(settings.database_url)},
    )

    # What the seller sells, and the way to AWS
    products = Products.from_file(settings.products_file)
    redis = hasty(settings.redis_url)
    marketplace = Marketplace(Budget(redis, patience=1.0, per_second=settings.entitlement_calls_per_second))
    agreements = Agreements(Budget(redis, patience=10.0, per_second=CALLS_PER_SECOND, name="agreements"))
    app.extensions["settings"] = settings
    app.extensions["aws_endpoints"] = aws_endpoints(os.environ)
    app.extensions["products"] = products
    app.extensions["edition"] = edition_of(Path(app.root_path) / "templates", settings.products_file, settings)
    app.extensions["marketplace"] = marketplace
    app.extensions["sources"] = Sources(marketplace, agreements, products)
    seal = Seal(settings.secret_key, fallbacks=settings.secret_key_fallbacks)
    app.extensions["desk"] = Desk(marketplace, products, seal, settings.claim_lifetime)

    app.extensions["identity_providers"] = {one.key: Provider(one) for one in settings.identity_providers}

    # Records and jobs
    db.init_app(app)
    migrate.init_app(app, db, directory=str(Path(app.root_path) / "migrations"), render_as_batch=True)
    later.init_app(app)
    inbox.init_app()
    cli.init_app(app)

    # Pages. Cookies get their flags before anything reads or writes a session.
    security.init_app(app, https=settings.https)
    limits.init_app(app, settings)
    csrf.init_app(app)
    visitor.init_app(app)
    confirming.init_app(app)
    console.init_app(app)
    speech.init_app(app)
    filters.init_app(app)
    branding.init_app(app, settings)
    errors.init_app(app)
    blueprints.init_app(app)
    limits.count_views(app)
    ahead.init_app(app)
    lookout.init_app(app)

    app.jinja_env.globals["subscriptions_url"] = settings.subscriptions_url

    @app.context_processor
    def seller() -> dict[str, object]:
        return {
            "seller": settings.seller_name,
            "support": support(),
            "identity_providers": settings.identity_providers,
            "terms_url": settings.terms_url or url_for("site.terms"),
            "privacy_url": settings.privacy_url or url_for("site.privacy"),
        }

    # What stands in front of all pages, the innermost first.
    hosts.init_app(app, settings.portal_url, settings.trusted_hosts)
    requests.init_app(app, proxies=settings.trusted_proxies)
    # Only as many X-Forwarded-* hops as there are proxies: anybody can send such a header.
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app
