"""The door, one for everything: Marketplace calls are answered here, other AWS calls by moto, the rest by the shop."""

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Request, Response

from sandbox.aws.gate import Gate
from sandbox.aws.wire import JSON, AwsError, Call, call_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Operation = Callable[[dict[str, Any]], dict[str, Any]]

# What moto may answer. It knows many more services, but nobody tests a Marketplace integration with them, and an
# answer from something half-configured would only mislead.
MESSAGING = ("sqs", "sns", "events", "sts")
SIGNATURE_SCOPE = re.compile(r"Credential=[^/]*/\d*/[^/]*/(?P<service>[^/]*)/aws4_request")


class Front:
    """The WSGI application. `operations` maps X-Amz-Target values to what answers them."""

    def __init__(self, shop: "WSGIApplication", operations: dict[str, Operation], gate: Gate) -> None:
        self._shop = shop
        self._operations = operations
        self._gate = gate
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return self._answerer(environ)(environ, start_response)

    def _answerer(self, environ: "WSGIEnvironment") -> "WSGIApplication":
        scope = SIGNATURE_SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        if scope and scope["service"] in MESSAGING:
            return self._moto
        if scope or _looks_like_a_call(environ):
            # A signed request that names no operation belongs to some service that works otherwise, such as S3.
            return self._marketplace(call_of(Request(environ)) or Call("this service", b"", JSON))
        return self._shop

    def _marketplace(self, call: Call) -> Response:
        operation = self._operations.get(call.target)
        try:
            if operation is None:
                raise AwsError("UnknownOperationException", f"The sandbox does not answer {call.target}")
            members = call.members()
            self._gate.admit(call.target.rpartition(".")[2])
            return call.answer(operation(members))
        except AwsError as error:
            return call.refusal(error)


def _looks_like_a_call(environ: "WSGIEnvironment") -> bool:
    """Unsigned calls are welcome too: curl cannot sign."""
    return "HTTP_X_AMZ_TARGET" in environ or environ.get("PATH_INFO", "").startswith("/service/")
