"""The portal as a WSGI application."""

from portal import create_app
from portal.cli import ailing

app = ailing.start(create_app)
