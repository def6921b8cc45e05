"""What can go wrong in the shop, each with the HTTP status that says so."""


class SandboxError(Exception):
    """A refusal with a sentence for the person who asked."""

    status = 400


class InvalidRequest(SandboxError):
    """There was a request that asks for something impossible."""

    status = 400


class NotFound(SandboxError):
    """There was a request for something that is not here."""

    status = 404


class Refused(SandboxError):
    """There was a request that AWS Marketplace would refuse in the present state of things."""

    status = 409


class DeliveryFailed(SandboxError):
    """There was a queue that could not be reached, or did not take what it was sent."""

    status = 503


class InvalidCatalogue(Exception):
    """There was a catalogue file that cannot be used. Raised at start only."""


class CannotStart(Exception):
    """There was a reason not to start, in one sentence for the terminal."""
