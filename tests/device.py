"""A device of software that makes passkeys and signs with them."""

import hashlib
import json
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

from portal.accounts.passkeys import House


class Device:
    """What makes keys and signs with them; ``house`` is the page that asks it."""

    def __init__(self, house: House, credential_id: bytes = b"") -> None:
        self._key, self._house = ec.generate_private_key(ec.SECP256R1()), house
        self._id, self._count = credential_id or token_bytes(32), 0

    def make(self, asked: dict[str, Any]) -> dict[str, Any]:
        numbers = self._key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        held = bytes(16) + len(self._id).to_bytes(2, "big") + self._id + cbor2.dumps(public)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._authenticator(0x45) + held})
        return self._sent(self._client("webauthn.create", asked), attestationObject=attestation)

    def use(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._count += 1
        data, client = self._authenticator(0x05), self._client("webauthn.get", asked)
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._sent(client, authenticatorData=data, signature=signature)

    def _authenticator(self, flags: int) -> bytes:
        return hashlib.sha256(self._house.host.encode()).digest() + bytes([flags]) + self._count.to_bytes(4, "big")

    def _client(self, deed: str, asked: dict[str, Any]) -> bytes:
        return json.dumps({"type": deed, "challenge": asked["challenge"], "origin": self._house.origin}).encode()

    def _sent(self, client: bytes, **response: bytes) -> dict[str, Any]:
        told = {name: bytes_to_base64url(value) for name, value in {**response, "clientDataJSON": client}.items()}
        name = bytes_to_base64url(self._id)
        return {"id": name, "rawId": name, "type": "public-key", "response": told, "clientExtensionResults": {}}
