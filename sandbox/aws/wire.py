"""The wire of the Marketplace services: JSON 1.1 requests, answers, and errors an SDK turns into its own types."""

import json
import uuid
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox.settings import ERRORS


class AwsError(Exception):
    """There was a request that AWS answers with this error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = ERRORS.get(code, 400)


class Moment(int):
    """Seconds since 1970. JSON 1.1 prints them as a number."""


def read(request: Request) -> dict[str, Any]:
    """The request's members. Raises AwsError for a body that is not a JSON object."""
    try:
        document = json.loads(request.get_data() or b"{}")
    except ValueError:
        raise AwsError("SerializationException", "The request body is not JSON") from None
    if not isinstance(document, dict):
        raise AwsError("SerializationException", "The request body is not a JSON object")
    return document


def answer(document: dict[str, Any], content_type: str) -> Response:
    return _response(document, 200, content_type)


def refusal(error: AwsError, content_type: str) -> Response:
    return _response({"__type": error.code, "message": error.message}, error.status, content_type)


def _response(document: dict[str, Any], status: int, content_type: str) -> Response:
    response = Response(json.dumps(document), status, content_type=content_type)
    response.headers["x-amzn-RequestId"] = str(uuid.uuid4())
    return response
