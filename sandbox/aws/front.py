"""The door, one for everything: Marketplace calls are answered here, other AWS calls by moto, the rest by the shop."""

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Request, Response

from sandbox.settings import Switches

from .wire import AwsError, answer, read, refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Operation = Callable[[dict[str, Any]], dict[str, Any]]

# What moto may answer. It knows many more services, but nobody tests a Marketplace integration with them, and an
# answer from something half-configured would only mislead.
MESSAGING = ("sqs", "sns", "events", "sts")
SIGNATURE_SCOPE = re.compile(r"Credential=[^/]*/\d*/[^/]*/(?P<service>[^/]*)/aws4_request")


class Front:
    """The WSGI application. `operations` maps X-Amz-Target values to what answers them."""

    def __init__(self, shop: "WSGIApplication", operations: dict[str, Operation], switches: Switches) -> None:
        self._shop = shop
        self._operations = operations
        self._switches = switches
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return self._answerer(environ)(environ, start_response)

    def _answerer(self, environ: "WSGIEnvironment") -> "WSGIApplication":
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        if target in self._operations:
            return self._marketplace(target, Request(environ))
        scope = SIGNATURE_SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        if scope is None and not target:
            return self._shop
        service = scope["service"] if scope else ""
        if service in MESSAGING:
            return self._moto
        return refusal(
            AwsError("UnknownOperationException", f"The sandbox does not answer {target or service or 'this'}"),
            "application/x-amz-json-1.1",
        )

    def _marketplace(self, target: str, request: Request) -> Response:
        content_type = request.mimetype or "application/x-amz-json-1.1"
        try:
            members = read(request)
            if fault := self._switches.next_fault(target.rpartition(".")[2]):
                raise AwsError(fault, "This is a fault you asked the sandbox for")
            return answer(self._operations[target](members), content_type)
        except AwsError as error:
            return refusal(error, content_type)
