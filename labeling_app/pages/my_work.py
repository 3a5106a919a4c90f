"""My work: what you rated, to read again and to correct."""

from __future__ import annotations

import visitor

visitor.required("annotator")
