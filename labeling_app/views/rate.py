"""Rate: the rating desk."""

from __future__ import annotations

import rating
import visitor

person = visitor.required("annotator")
rating.desk(visitor.study_of(person), person.id)
