"""The portal, and beside it under ``/empty`` an application with one empty Flask route, in one and the same server."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from portal import create_app

empty = Flask("empty")


@empty.get("/")
def nothing() -> str:
    """What Flask costs when there is nothing to do."""
    return ""


app = DispatcherMiddleware(create_app(), {"/empty": empty})
