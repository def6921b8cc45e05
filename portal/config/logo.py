"""The seller's logo: a PNG, or an SVG that shows a picture and does nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from xml.parsers.expat import ExpatError, ParserCreate

LARGEST = 64 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = "http://www.w3.org/2000/svg svg"
_FORBIDDEN = frozenset({"script", "foreignobject", "iframe", "embed", "object", "audio", "video", "handler"})
_FETCHES = re.compile(r"""@import|\\|url\(\s*["']?(?!\s*["']?#)|(?:java|vb)script:""", re.IGNORECASE)
"""In a style or an attribute: what names something else than a part of the same picture, or hides that it does."""


@dataclass(frozen=True)
class Logo:
    """A picture, checked."""

    content: bytes
    content_type: str

    @property
    def version(self) -> str:
        """Changes with the picture."""
        return sha256(self.content).hexdigest()[:12]


def read_logo(path: str) -> tuple[Logo | None, list[str]]:
    """The picture in this file, and what is wrong with it."""
    if not path:
        return None, []
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError):
        return None, [f"BRAND_LOGO names a file that cannot be read: {path}"]
    if len(content) > LARGEST:
        return None, [f"BRAND_LOGO must be smaller than {LARGEST // 1024} KB."]
    if content.startswith(_PNG):
        if content[12:16] != b"IHDR" or not content.rstrip().endswith(b"IEND\xaeB`\x82"):
            return None, ["BRAND_LOGO is a damaged PNG."]
        return Logo(content, "image/png"), []
    wrong = _wrong_with_svg(content)
    return (None, [f"BRAND_LOGO {wrong}"]) if wrong else (Logo(content, "image/svg+xml"), [])


class _Refused(Exception):
    """There was something in the picture that does more than show."""


def _wrong_with_svg(content: bytes) -> str | None:
    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.ProcessingInstructionHandler = _no_instruction
    root: list[str] = []
    texts: list[str] = []

    def element(name: str, attributes: dict[str, str]) -> None:
        root.append(name)
        if root[0] != _SVG:
            raise _Refused("must be an SVG or a PNG file.")
        for problem in _wrong_with_element(_local(name), attributes):
            raise _Refused(problem)

    parser.StartElementHandler = element
    parser.CharacterDataHandler = texts.append
    try:
        parser.Parse(content, True)
    except _Refused as refused:
        return str(refused)
    except (ExpatError, ValueError, LookupError):
        return "must be an SVG or a PNG file."
    if _FETCHES.search("".join(texts)):  # all of it: what is in a style may stand in pieces
        return "must not refer to anything outside of it, as a style in it does."
    return None


def _wrong_with_element(name: str, attributes: dict[str, str]) -> Iterator[str]:
    if name in _FORBIDDEN:
        yield f"must not contain <{name}>."
    for attribute, value in attributes.items():
        local = _local(attribute)
        if local.startswith("on"):
            yield f"must not have `{local}` attributes: it may do nothing."
        if local in {"href", "src"} and not value.strip().startswith("#"):
            yield f"must not refer to anything outside of it, as a `{local}` in it does."
        if _FETCHES.search(value):
            yield f"must not refer to anything outside of it, as `{local}` in it does."


def _local(name: str) -> str:
    return name.rpartition(" ")[2].lower()


def _no_doctype(*_: object) -> None:
    raise _Refused("must not have a <!DOCTYPE>: take it out.")


def _no_instruction(*_: object) -> None:
    raise _Refused("must not have <?…?> instructions but for <?xml … ?>: take them out.")
