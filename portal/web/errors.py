"""Error pages in plain words. They need no database, for they are shown when there is none."""

from __future__ import annotations

import logging
import traceback

from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from portal.database import db
from portal.extensions import login_manager
from portal.language import gettext as _
from portal.language import marked

logger = logging.getLogger(__name__)

_WORDS = {
    400: (
        marked("We could not read that"),
        marked("Something in the request was missing or malformed. Please go back and try again."),
    ),
    403: (
        marked("You may not do that"),
        marked("Your account does not have the right to do this. An owner of your organisation can help."),
    ),
    404: (
        marked("There is no such page"),
        marked("The address may be mistyped, or the page is not one you can see."),
    ),
    405: (
        marked("That does not work here"),
        marked("This address cannot be used in that way. Please start again from the first page."),
    ),
    410: (marked("This is gone"), marked("What was here is no longer available.")),
    413: (
        marked("That was too much"),
        marked("The request was larger than we accept. Please shorten it and try again."),
    ),
    415: (marked("We could not read that"), marked("The request came in a form that we do not accept.")),
    429: (
        marked("One moment, please"),
        marked("There were too many tries in a short time. Please wait a minute and try again."),
    ),
    500: (
        marked("Something went wrong on our side"),
        marked("Nothing you entered is your fault. Please try again in a moment."),
    ),
    503: (
        marked("We will be right back"),
        marked("The portal cannot reach its database just now. Your purchase is safe; please try again soon."),
    ),
}
_CSRF = (
    marked("This form is no longer valid"),
    marked("You may have signed in or out in another tab since. Please go back, reload the page and send it again."),
)


def init_app(app: Flask) -> None:
    """Register the pages."""

    def page(code: int, words: tuple[str, str] | None = None) -> tuple[str, int]:
        title, message = words or _WORDS.get(code, _WORDS[500 if code >= 500 else 400])
        return render_template("errors/error.html", code=code, title=_(title), message=_(message)), code

    @app.errorhandler(CSRFError)
    def csrf(_error: CSRFError) -> ResponseReturnValue:
        return page(400, _CSRF)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        code = error.code or 500
        if code < 400:
            return error.get_response()
        if code == 403 or (code == 404 and request.endpoint):  # not theirs, or not there
            logger.info("Refused with %s: %s", code, request.endpoint)
        body, status = page(code)
        return body, status, {"Allow": ", ".join(error.valid_methods)} if getattr(error, "valid_methods", None) else {}  # type: ignore[attr-defined]

    @app.errorhandler(OperationalError)
    @app.errorhandler(InterfaceError)
    def database(error: OperationalError | InterfaceError) -> ResponseReturnValue:
        # The text of the error may quote values, so only its kind is logged.
        logger.error("The database did not answer: %s", type(error).__name__)
        db.session.rollback()
        _forget_visitor()
        return *page(503), {"Retry-After": "10"}

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> ResponseReturnValue:
        if isinstance(error, DBAPIError):  # its text may quote values too
            where = "".join(traceback.format_tb(error.__traceback__))
            logger.error("Unexpected %s\n%s", type(error).__name__, where)
        else:
            logger.error("Unexpected %s", type(error).__name__, exc_info=error)
        _forget_visitor()
        return page(500)


def _forget_visitor() -> None:
    """Draw the page as for a stranger: asking who is signed in could fail for the same reason."""
    g._login_user = login_manager.anonymous_user()
