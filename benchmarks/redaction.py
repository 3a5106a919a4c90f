"""How much planted personal data `judge curate add --redact-names MODEL` finds, and what else it replaces.

Run `python benchmarks/redaction.py en_core_web_md` with any spaCy model that is installed; nothing is fetched.
"""

from __future__ import annotations

import argparse
import re
import time
from itertools import product

from judge.curating.names import Names
from judge.curating.redaction import redacted

NAMES = (
    *(
        "Margaret Okonkwo",
        "Jean-Luc Dubois",
        "Priya Raman",
        "Wei Chen",
        "Sarah Miller",
        "Mohammed al-Farsi",
        "Olga Petrova",
    ),
    *("Siobhan O'Brien", "José García", "Thandiwe Nkosi", "Yuki Tanaka", "Lars Møller", "Aisha Khan", "Tom Baker"),
    *("Grace Park", "Chidi Eze", "Ana Souza", "Bill Young", "Fatima Zahra", "Nguyen Van An"),
)
SAID = (
    "My name is {} and my order has not arrived.",
    "Dear Mr {}, thank you for writing to us.",
    "I spoke to {} on Monday, who promised a refund.",
    "Please cancel it. Regards, {}",
    "please call {} back tomorrow",
)
ADDRESSES = (
    *("14 Acacia Avenue, Leeds LS1 4AP", "221B Baker Street, London NW1 6XE", "Flat 3, 12 High Street, Oxford OX1 4AB"),
    *("1600 Pennsylvania Avenue NW, Washington, DC 20500", "350 Fifth Ave, Apt 4B, New York, NY 10118"),
    *("P.O. Box 42, Austin, TX 78701", "7 Rue de Rivoli, 75001 Paris", "Hauptstraße 5, 10115 Berlin"),
    *("Rose Cottage, Mill Hill, Dorset DT2 9AB", "88 Church Rd, Bristol"),
)
SENT = ("Send it to {} please.", "I live at {}.", "The parcel for {} came back.")
CLEAN = (
    "What is the capital of France? It is Paris.",
    "Does Windows 11 run on a Galaxy Book from 2019?",
    "You may return any item within 30 days of delivery, free of charge.",
    "The Amazon rain forest, the Baker hypothesis and the May bank holiday.",
    "Order 48213377 of 2026-10-05 costs 1299 euros.",
    "Ask Alexa to play Mozart's Requiem on your Sonos.",
    "Our Mercury plan includes 12 court bookings and 3 lane closures.",
    "I paid by Visa at the Apple store in Berlin.",
)


def main() -> None:
    """Print shares found and what was replaced in texts without personal data."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="a spaCy model, by name or folder")
    names = Names(parser.parse_args().model)
    start, texts = time.perf_counter(), 0
    print("| planted | texts | gone whole | a part left | found by patterns alone |\n| --- | --- | --- | --- | --- |")
    for what, planted, frames in (("name", NAMES, SAID), ("address", ADDRESSES, SENT)):
        whole = part = alone = 0
        for one, frame in product(planted, frames):
            plain = redacted(frame.format(one))
            left = names.redacted(plain)
            words = [word for word in re.findall(r"\w{3,}", one) if word in left]
            whole += not words
            part += bool(words) and one not in left
            alone += not [word for word in re.findall(r"\w{3,}", one) if word in plain]
            texts += 1
        n = len(planted) * len(frames)
        print(f"| {what} | {n} | {100 * whole / n:.0f} % | {100 * part / n:.0f} % | {100 * alone / n:.0f} % |")
    changed = [(text, names.redacted(redacted(text))) for text in CLEAN]
    wrong = [(text, left) for text, left in changed if text != left]
    print(f"\n{len(wrong)} of {len(CLEAN)} texts without personal data were changed:")
    for text, left in wrong:
        print(f"- {text} -> {left}")
    print(f"\n{1000 * (time.perf_counter() - start) / (texts + len(CLEAN)):.1f} ms a text")


if __name__ == "__main__":
    main()
