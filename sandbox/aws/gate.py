"""What stands before every Marketplace operation: the switches that refuse calls, and the count of both."""

from sandbox.aws.wire import AwsError
from sandbox.calls import Calls
from sandbox.switches import Switches


class Gate:
    """Lets a call pass, or refuses it as the switches say."""

    def __init__(self, switches: Switches, calls: Calls) -> None:
        self._switches = switches
        self._calls = calls

    def admit(self, operation: str) -> None:
        """Count the call. Raises AwsError when a switch makes it fail."""
        error = self._error(operation)
        self._calls.note(operation, refused=error is not None)
        if error:
            raise error

    def _error(self, operation: str) -> AwsError | None:
        settings = self._switches.settings()
        if settings.outage:
            return AwsError("ServiceUnavailableException", "This is the outage you asked the sandbox for")
        if settings.throttle:
            return AwsError("ThrottlingException", "Rate exceeded, as you asked the sandbox for")
        if fault := self._switches.next_fault(operation):
            return AwsError(fault, "This is a fault you asked the sandbox for")
        limit = settings.get_entitlements_per_second
        if operation == "GetEntitlements" and limit and not self._calls.admit(operation, limit):
            return AwsError("ThrottlingException", f"GetEntitlements may be called no more than {limit} a second")
        return None
