"""Personal data in texts."""

import pytest

from judge.curating.redaction import is_card, is_iban, redact, redacted
from judge.records import Document, Record


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Write to eline.de-vries+shop@mail.example.co.uk now", "Write to [e-mail] now"),
        ("IBAN GB82 WEST 1234 5698 7654 32.", "IBAN [IBAN]."),
        ("DE89370400440532013000", "[IBAN]"),
        ("card 4111 1111 1111 1111", "card [card]"),
        ("card 378282246310005", "card [card]"),
        ("call +49 (0)30 1234567 or 030/1234567", "call [phone] or [phone]"),
        ("from 192.168.0.17", "from [IP]"),
        ("I live at 14 Acacia Avenue, Leeds LS1 4AP.", "I live at [address]."),
        ("to Flat 3, 12 High Street now", "to [address] now"),
        ("1600 Pennsylvania Avenue NW, Washington, DC 20500, attn.", "[address], attn."),
        ("350 Fifth Ave, Apt 4B, New York, NY 10118", "[address]"),
        ("P.O. Box 42, Austin, TX 78701-1234", "[address]"),
        ("SSN 078-05-1120", "SSN [SSN]"),
    ],
)
def test_found(text, left):
    """Addresses and numbers of a known form are replaced by what they are."""
    assert redacted(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "Order 48213377 of 2026-10-05 costs 1299 euros",
        "version 1.2.3.4000 and 999.1.1.1",
        "12.11.2026",
        "30 days, 9 euros, 5 years",
        "12 court cases, 3 lane closures and 2 Way mirrors",
    ],
)
def test_left_alone(text):
    """Order numbers, dates, and versions are not personal data of a known form."""
    assert redacted(text) == text


def test_check_digits():
    """ISO 13616's and Luhn's own examples pass, one digit off fails."""
    assert is_iban("GB82 WEST 1234 5698 7654 32")
    assert not is_iban("GB82 WEST 1234 5698 7654 33")
    assert is_card("4111111111111111")
    assert not is_card("4111111111111112")
    assert not is_card("0000000000000000")


def test_every_text_of_a_record():
    """All texts are redacted, and nothing else is touched."""
    mail = "a@b.example"
    record = Record("1", mail, mail, (Document(mail, "d"),), mail, mail, metadata={"mail": mail})
    done = redact(record)
    assert {done.question, done.response, done.reference, done.rival, done.documents[0].text} == {"[e-mail]"}
    assert (done.id, done.documents[0].id, done.metadata) == ("1", "d", {"mail": mail})
    assert redact(Record("2", None)) == Record("2", None)
