"""Addresses: postal addresses as they are written in English, by their form."""

from __future__ import annotations

import re
from typing import Final

_WAYS: Final = (
    *("Street", "St", "Avenue", "Ave", "Road", "Rd", "Lane", "Ln", "Drive", "Dr", "Way", "Boulevard", "Blvd", "Court"),
    *("Ct", "Place", "Pl", "Square", "Sq", "Terrace", "Close", "Crescent", "Gardens", "Grove", "Highway", "Parkway"),
)
_POSTCODE: Final = r"\b[A-Z]{1,2}\d[A-Z\d]?\ \d[A-Z]{2}\b"
_FLAT: Final = r"(?:Flat|Apt|Apartment|Unit|Suite)\.?\ \w{1,5}"
_WORD: Final = r"[A-Z0-9][\w'.-]*"
_ADDRESS: Final = re.compile(
    rf"""
    (?: \b[Pp]\.?\s?[Oo]\.?\ [Bb]ox\ \d+
      | (?:\b{_FLAT},?\ )? \b\d{{1,5}}[A-Za-z]?\ (?:{_WORD}\ ){{1,4}}? (?:{"|".join(_WAYS)})\b\.?
        (?:\ [NSEW]{{1,2}}\b)? (?:,?\ {_FLAT})?
    )
    (?: ,?\s (?:{_WORD}(?:\ {_WORD}){{0,2}},?\s)?? (?:[A-Z]{{2}}\ \d{{5}}(?:-\d{{4}})?\b | {_POSTCODE}) )?
    | {_POSTCODE}
    """,
    re.VERBOSE,
)


def without_addresses(text: str, put: str) -> str:
    """A text with something else in the place of postal addresses.

    Found are a house number with a name and a word such as Street or Rd, and PO boxes, each with the town and the
    American or British code after it, and British postcodes on their own. Other countries write addresses otherwise.

    Args:
        text: The text.
        put: What is put in their place.
    """
    return _ADDRESS.sub(put, text)
