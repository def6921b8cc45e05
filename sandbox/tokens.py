"""Registration tokens: opaque to the seller, and readable to the sandbox without keeping a list.

A token is a random number, the time it was made and the agreement, sealed with a key that lives in the state
file. So any number can be minted, drawing a page writes nothing, and yesterday's tokens are still known after a
restart. They are plain base64, with + and / and = in them: software that forgets to decode a form finds out here.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from datetime import UTC, datetime

from .storage import Storage

SEAL = 32
HEAD = struct.Struct(">12sd")


class Unreadable(Exception):
    """There was a token that this sandbox never made."""


class Tokens:
    """The mint."""

    def __init__(self, storage: Storage) -> None:
        with storage.transaction() as database:
            database.execute("INSERT OR IGNORE INTO settings VALUES ('token_key', ?)", (f'"{secrets.token_hex(32)}"',))
        [row] = storage.rows("SELECT value FROM settings WHERE name = 'token_key'")
        self._key = str(row["value"]).encode()

    def mint(self, agreement_id: str, moment: datetime) -> str:
        content = HEAD.pack(secrets.token_bytes(12), moment.timestamp()) + agreement_id.encode()
        return base64.b64encode(self._mask(content + self._seal(content))).decode()

    def read(self, token: str) -> tuple[str, datetime]:
        """The agreement a token stands for, and when it was made. Raises Unreadable."""
        try:
            content = self._mask(base64.b64decode(token.encode("ascii"), validate=True))
        except (UnicodeEncodeError, binascii.Error) as problem:
            raise Unreadable from problem
        content, seal = content[:-SEAL], content[-SEAL:]
        if len(content) <= HEAD.size or not hmac.compare_digest(seal, self._seal(content)):
            raise Unreadable
        _, made_at = HEAD.unpack_from(content)
        return content[HEAD.size :].decode(), datetime.fromtimestamp(made_at, UTC)

    def _seal(self, content: bytes) -> bytes:
        return hmac.digest(self._key, content, "sha256")

    def _mask(self, content: bytes) -> bytes:
        """Hide the agreement id from the reader's eye, so that nobody comes to rely on finding it in a token."""
        nonce, rest = content[:12], content[12:]
        stream = hashlib.shake_256(self._key + nonce).digest(len(rest))
        return nonce + bytes(a ^ b for a, b in zip(rest, stream, strict=True))
