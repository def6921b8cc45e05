"""The wire of the Marketplace services: JSON 1.0, 1.1 and CBOR, and errors an SDK turns into its own types.

boto3 speaks JSON to them, most other SDKs have spoken CBOR (Smithy's rpc-v2-cbor) since April 2026.
"""

import json
import re
import uuid
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox.aws import cbor
from sandbox.switches import AGREEMENT_ERRORS, ERRORS

JSON = "application/x-amz-json-1.1"
CBOR = "application/cbor"
AGREEMENT = "AWSMPCommerceService_v20200301"
CBOR_PATH = re.compile(r"/service/(?P<service>\w+)/operation/(?P<operation>\w+)")


class AwsError(Exception):
    """There was a request that AWS answers with this error code."""

    def __init__(self, code: str, message: str, **members: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.members = members  # what else the service's model has for this error


@dataclass(frozen=True)
class Call:
    """One call of an operation, in either protocol. `target` is like AWSMPMeteringService.ResolveCustomer."""

    target: str
    body: bytes
    content_type: str

    @property
    def is_cbor(self) -> bool:
        return self.content_type == CBOR

    def members(self) -> dict[str, Any]:
        """What the caller sent. Raises AwsError for a body that is not an object."""
        try:
            document = cbor.decode(self.body or b"\xa0") if self.is_cbor else json.loads(self.body or b"{}")
        except ValueError:
            raise AwsError("SerializationException", "The request body cannot be read") from None
        if not isinstance(document, dict):
            raise AwsError("SerializationException", "The request body is not an object")
        return document

    def answer(self, document: dict[str, Any], status: int = 200) -> Response:
        body = cbor.encode(document) if self.is_cbor else json.dumps(document).encode()
        response = Response(body, status, content_type=self.content_type)
        response.headers["x-amzn-RequestId"] = str(uuid.uuid4())
        if self.is_cbor:
            response.headers["smithy-protocol"] = "rpc-v2-cbor"
        return response

    def refusal(self, error: AwsError) -> Response:
        status = (AGREEMENT_ERRORS if self.target.startswith(AGREEMENT) else ERRORS).get(error.code, 400)
        return self.answer({"__type": error.code, "message": error.message, **error.members}, status)


def call_of(request: Request) -> Call | None:
    """The call a request makes, or None when it makes none: JSON 1.1 names it in a header, rpc-v2-cbor in its path."""
    if target := request.headers.get("X-Amz-Target"):
        return Call(target, request.get_data(), request.mimetype or JSON)
    if path := CBOR_PATH.fullmatch(request.path):
        return Call(f"{path['service']}.{path['operation']}", request.get_data(), CBOR)
    return None
