"""Rubrics and records that several tests of this folder share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from judge.records import Document, Record
from judge.rubric.load import parse_rubric

if TYPE_CHECKING:
    from judge.rubric.schema import Rubric

SUPPORT = """
name: support
version: 1
title: Is it supported?
reads: [question, documents, response]
optional: [question]
guidance: Decide by the documents alone.
criteria:
  - name: supported
    question: Is every claim supported?
    scale: {kind: binary, values: {supported: All of it., unsupported: Not all of it.}, good: supported}
    evidence: {quote: [response, documents], when: unsupported, roles: {response: claim, documents: passage}}
"""

SEVERAL = """
name: several
version: 1
title: Four questions
reads: [response]
criteria:
  - name: tone
    question: Which tone?
    scale: {kind: nominal, values: {warm: Warm., cold: Cold., neutral: Neither.}, good: warm}
    not_applicable: The response is empty.
  - name: grade
    question: Which grade?
    scale: {kind: ordinal, values: {1: poor, 2: fair, 3: good}, good: 3}
  - name: points
    question: How many points?
    scale: {kind: interval, min: 0, max: 10, step: 1, good: high}
  - name: share
    question: Which share?
    scale: {kind: interval, min: 0, max: 1, good: high}
"""


@pytest.fixture(scope="session")
def support() -> Rubric:
    """One binary criterion with evidence."""
    return parse_rubric(SUPPORT, "support.yaml")


@pytest.fixture(scope="session")
def several() -> Rubric:
    """A nominal, an ordinal and two interval criteria."""
    return parse_rubric(SEVERAL, "several.yaml")


@pytest.fixture(scope="session")
def record() -> Record:
    """A record with everything that the rubric `support` reads."""
    return Record(
        id="r1",
        question="When do you open?",
        response="We open at 9. Parking is free.",
        documents=(Document("Opening hours: 9 to 18."), Document("The car park costs 2 euros.", title="Parking")),
    )
