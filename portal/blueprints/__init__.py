"""The site map: every blueprint and where it stands."""

from __future__ import annotations

from flask import Flask

from portal.blueprints import (
    contracts,
    health,
    landing,
    moving,
    oidc,
    organisation,
    password,
    profile,
    second_factor,
    shared,
    signin,
    signup,
    site,
    staff,
    verifying,
)
from portal.web.addresses import Number


def init_app(app: Flask) -> None:
    """Register every part of the site."""
    app.url_map.converters["int"] = Number
    app.register_blueprint(site.blueprint)  # /, /terms, /privacy
    app.register_blueprint(landing.blueprint)  # /marketplace: (1) a buyer arrives
    app.register_blueprint(signup.blueprint)  # /signup
    app.register_blueprint(signin.blueprint)  # /signin, /signout
    app.register_blueprint(verifying.blueprint)  # /verify: whether an address is somebody's
    app.register_blueprint(password.blueprint)  # /password: for whoever has forgotten theirs
    app.register_blueprint(contracts.blueprint)  # /contracts: (2) what they bought
    app.register_blueprint(moving.blueprint)  # /contracts/<id>/move, /moves: whose they are
    app.register_blueprint(organisation.blueprint)  # /organisations, /invitations: who belongs to which
    app.register_blueprint(profile.blueprint)  # /profile: one's own account
    app.register_blueprint(oidc.blueprint)  # /signin/with: identity providers of the seller's
    app.register_blueprint(second_factor.blueprint)  # /second-factor: for staff
    app.register_blueprint(staff.blueprint)  # /staff: the console of support
    app.register_blueprint(shared.blueprint)  # /shared: a contract, for whoever has the link
    app.register_blueprint(health.blueprint)  # /healthz, /readyz
