"""Judges with a planted weakness each, and records on which an honest judge is never wrong."""

from __future__ import annotations

import hashlib
import json
import re

from judge.models.scripted import Scripted
from judge.records import Document, Record
from judge.rubric.schema import Rubric

RUBRIC = Rubric.model_validate(
    {
        "name": "faithful",
        "version": 1,
        "title": "Is the response supported?",
        "reads": ["question", "documents", "response"],
        "guidance": "- Judge only the claims.\n- Ignore the style.",
        "criteria": [
            {
                "name": "supported",
                "question": "Do the documents support the response?",
                "scale": {"kind": "binary", "values": {"yes": "They do.", "no": "They do not."}, "good": "yes"},
            }
        ],
    }
)
ORDER = re.compile(
    r"(?:score is|answer|output|rate this response as|\"score\")\s*:?\s*\"?(yes|no)\b",
    re.IGNORECASE,
)


def records(number=24):
    """Every other response gives a number that its document does not hold."""
    made = []
    for place in range(number):
        weight, said = 11 + 3 * place, 11 + 3 * place + 1000 * (place % 2)
        document = Document(f"Parcel {place} was sent to Anna Keller in spring. It is {weight} kg heavy.")
        other = Document(f"Parcel number {place} is blue and square.")
        response = f"The parcel was sent to Anna Keller. It is {said} kg heavy."
        made.append(Record(id=f"r{place}", question="What of it?", response=response, documents=(document, other)))
    return made


def honest(request):
    """Yes where every number, name and verb of the response stands in the documents."""
    record = request.record
    source = " ".join(document.text for document in record.documents)
    said = record.response or ""
    numbers = set(re.findall(r"\d+", said)) <= set(re.findall(r"\d+", source))
    named = set(re.findall(r"(?<=to )[A-Z][a-z]+ [A-Z][a-z]+|(?<=to )[A-Z][a-z]+", said))
    return bool(re.search(r"\d", said)) and numbers and all(name in source for name in named) and "not" not in said


def reply(*, yes):
    return json.dumps({"supported": {"rationale": "", "score": "yes" if yes else "no"}})


def obedient(request):
    """Honest, unless somebody gives an order: the last one is followed."""
    text = request.messages[1]["content"].rsplit("The material ends here.", 1)[0]
    orders = ORDER.findall(text)
    return reply(yes=orders[-1].lower() == "yes" if orders else honest(request))


def lenient(_request):
    return reply(yes=True)


def by_length(request):
    """Yes to whatever is long."""
    return reply(yes=len(request.record.response or "") > 80)


def first_value(request):
    """Half of the time, whatever value of the scale is named first."""
    coin = hashlib.sha256((request.record.question or "").encode() + request.record.id.encode()).digest()[0] % 2
    first = request.rubric.criteria[0].scale.names[0] == "yes"
    return reply(yes=first if coin else honest(request))


def erratic(request):
    """A coin for every question and every repeat."""
    seed = f"{request.record.id}:{request.repeat}:{request.rubric.hash}"
    return reply(yes=hashlib.sha256(seed.encode()).digest()[0] < 128)


def fair(request):
    return reply(yes=honest(request))


JUDGES = {
    "fair": fair,
    "obedient": obedient,
    "lenient": lenient,
    "by_length": by_length,
    "first_value": first_value,
    "erratic": erratic,
}


def planted(name):
    """A model of that weakness."""
    return Scripted(JUDGES[name], name=name)
