"""What ``flask …`` says when the portal does not even start: the problems in words, rather than a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click
from flask import Flask
from flask.cli import AppGroup, FlaskGroup

from portal.cli import doctor
from portal.config import ConfigurationError
from portal.doctor.lines import Part
from portal.products import ProductsFileError


class _Only(AppGroup):
    """The commands of a portal that does not start: ``flask doctor``, which says why. Every other one says so, too."""

    def __init__(self, told: click.Command, problem: str) -> None:
        super().__init__(commands={"doctor": told})
        self._problem = problem

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found: click.Command | None = super().get_command(ctx, cmd_name)
        if found is None:
            raise click.ClickException(self._problem)
        return found


def start(create_app: Callable[[], Flask]) -> Flask:
    """The application, or for the ``flask`` command one that can only tell what is wrong.

    Raises:
        ConfigurationError, ProductsFileError: as ``create_app``, where a server or a worker would be started.
        ClickException: the same in a command of another package, such as ``flask db upgrade``.
    """
    try:
        return create_app()
    except ConfigurationError as error:
        return _ailing(error, error.problems, Part.SETTINGS)
    except ProductsFileError as error:
        return _ailing(error, error.problems, Part.PRODUCTS)


def _ailing(error: ConfigurationError | ProductsFileError, problems: tuple[str, ...], part: Part) -> Flask:
    context = click.get_current_context(silent=True)
    if context is None:
        raise error
    if not isinstance(context.command, FlaskGroup):  # another package's command has been found, and wants the app now
        raise click.ClickException(str(error)) from None
    app = Flask("portal")
    app.cli = _Only(_telling(problems, part), str(error))
    return app


def _telling(problems: tuple[str, ...], part: Part) -> click.Command:
    @click.command("doctor", help=doctor.HELP)
    @doctor.only
    @doctor.strict
    @doctor.as_json
    def tell(only: tuple[str, ...], strict: bool, as_json: bool) -> None:  # noqa: ARG001 - as the other one takes
        checkup = doctor.refusal(problems, part)
        doctor.tell(checkup, as_json=as_json)
        sys.exit(doctor.status(checkup.lines, strict=strict))

    return tell
