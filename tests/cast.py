"""Who and what the tests tell of: the products on the sandbox's shelf, the buyers, and what a person is."""

from dataclasses import dataclass

ANALYTICS = "4tidemarkanalytics0000001"
ARCHIVE = "4tidemarkarchive000000002"
STREAMS = "4tidemarkstreams000000003"
ALERTS = "4tidemarkalerts0000000004"
VAULT = "4tidemarkvault00000000005"
RELAY = "4tidemarkrelay00000000006"
ACME_AWS, GLOBEX_AWS, INITECH_AWS = "444455556666", "777788889999", "012345678901"

PASSWORD = "a few words in a row"


@dataclass(frozen=True)
class Somebody:
    """A person of the tests, and the organisation that comes to mind first with them."""

    id: int
    name: str
    email: str
    session_key: str
    """Of a browser in which they are signed in."""
    organisation_id: int
    organisation_name: str
    password: str = PASSWORD


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c633821a0070002"
    "aa010782259aee0000000049454e44ae426082"
)
"""A PNG of one point."""
