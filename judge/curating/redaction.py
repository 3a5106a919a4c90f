"""Redaction: e-mail addresses, phone, card and account numbers in a record's texts, replaced by what they are."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from judge.curating.addresses import without_addresses
from judge.records import Document

if TYPE_CHECKING:
    from judge.curating.names import Names
    from judge.records import Record

_EMAIL: Final = re.compile(r"[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,8}")
_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_DIGITS: Final = re.compile(r"(?<![\w.])\+?\(?\d(?:[ ()./\-]{0,2}\d){6,18}(?!\w)")
_IP: Final = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")
_DATE: Final = re.compile(r"(?:19|20)\d{2}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:19|20)\d{2}")
_SSN: Final = re.compile(r"\b(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b")
_CARD_LENGTHS: Final = range(13, 20)
_PHONE_LENGTHS: Final = range(7, 16)


def redacted(text: str) -> str:
    """A text without e-mail, postal and IPv4 addresses, IBANs, card, phone and US social security numbers.

    Patterns only: names, and numbers without a form of their own, are not found; of postal addresses only those of
    `without_addresses`. IBANs are checked by ISO 7064 mod 97-10, cards by Luhn's sum (ISO/IEC 7812-1). A phone number
    starts with ``+``, ``00`` or ``0``, or has separators, and has 7 to 15 digits (ITU-T E.164); dates are left alone.
    """
    text = _EMAIL.sub("[e-mail]", text)
    text = _IBAN.sub(lambda found: "[IBAN]" if is_iban(found.group()) else found.group(), text)
    text = without_addresses(text, "[address]")
    text = _SSN.sub("[SSN]", text)
    text = _IP.sub(lambda found: "[IP]" if _is_ip(found.group()) else found.group(), text)
    return _DIGITS.sub(lambda found: _number(found.group()), text)


def redact(record: Record, names: Names | None = None) -> Record:
    """A record whose texts are redacted; its metadata is left alone.

    Args:
        record: The record.
        names: Finds people's names too.
    """

    def done(text: str) -> str:
        plain = redacted(text)
        return names.redacted(plain) if names is not None else plain

    def each(text: str | None) -> str | None:
        return done(text) if text else text

    return replace(
        record,
        question=each(record.question),
        response=each(record.response),
        rival=each(record.rival),
        reference=each(record.reference),
        documents=tuple(Document(done(one.text), one.id, one.title) for one in record.documents),
    )


def is_iban(text: str) -> bool:
    """Whether a text is an IBAN by its check digits."""
    plain = text.replace(" ", "")
    if not 15 <= len(plain) <= 34:  # noqa: PLR2004 - the shortest and the longest IBAN
        return False
    moved = plain[4:] + plain[:4]
    return int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1


def is_card(digits: str) -> bool:
    """Whether digits are a card number by Luhn's sum."""
    if len(digits) not in _CARD_LENGTHS or len(set(digits)) == 1:
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)  # noqa: PLR2004 - the sum of its two digits
    return total % 10 == 0


def _number(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    if is_card(digits):
        return "[card]"
    spoken = text.startswith(("+", "0", "(0")) or bool(re.search(r"\d[ ()/\-]+\d", text))
    if len(digits) in _PHONE_LENGTHS and spoken and not _DATE.fullmatch(text):
        return "[phone]"
    return text


def _is_ip(text: str) -> bool:
    return all(int(part) <= 255 for part in text.split("."))  # noqa: PLR2004 - one byte
