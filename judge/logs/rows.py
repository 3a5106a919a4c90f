"""Rows: a flat or nested object whose keys are the fields of a record, under their usual names or mapped ones."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from judge.logs.aliases import ALIASES, HUMAN_NAMES, JUDGE_NAMES, LABEL_COLUMNS, METADATA_NAMES, plain_name
from judge.logs.answers import decoded
from judge.logs.draft import Draft, Found
from judge.logs.mapping import MISSING, FieldMap, find, without
from judge.logs.marks import label_of, output_of, raw_of, read_labels, read_outputs

_PLANS: Final = 256
"""Most kinds of rows whose plan is kept."""

_LISTS: Final = frozenset({"messages", "history"})


class _Plan(NamedTuple):
    """What the columns of a row are: worked out once for all rows with the same columns.

    Attributes:
        fields: Field -> the columns that may hold it, first choice first, each with the alias it goes by.
        inner: Columns that hold fields inside, with the field and the plain name of the key in there.
        labels: Flat columns of one rater, with the rater.
        human: Columns of lists of labels.
        judge: Columns of lists of outputs.
        metadata: Columns of metadata.
    """

    fields: dict[str, list[tuple[str, str]]]
    inner: list[tuple[str, str, str]]
    labels: list[tuple[str, str]]
    human: list[str]
    judge: list[str]
    metadata: list[str]


class RowReader:
    """Turns rows into drafts.

    Args:
        mapping: What the user says of the columns; it goes before the usual names.
    """

    def __init__(self, mapping: FieldMap) -> None:
        self._mapping = mapping
        self._plans: dict[tuple[str, ...], _Plan] = {}

    def draft(self, row: dict[str, Any], draft: Draft | None = None, whole: dict[str, Any] | None = None) -> Draft:
        """What a row says.

        Args:
            row: The row; it is not changed.
            draft: What is known of the record already: its fields are kept where the row is not mapped to them.
            whole: The row with what was read of it already, in which mapped columns are looked for.

        Raises:
            Unreadable: A column that the user named holds no label.
        """
        draft = draft or Draft()
        whole = row if whole is None else whole
        rest = self._mapped(row, whole, draft)
        columns = tuple(rest)
        plan = self._plans.get(columns)
        if plan is None:
            if len(self._plans) >= _PLANS:
                self._plans.clear()
            plan = self._plans[columns] = _plan(columns)
        used = self._fields(rest, plan, draft)
        if plan.inner:
            rest = self._inner(rest, plan, draft)
        if plan.human or plan.judge or plan.labels:
            used |= _marks(rest, plan, draft, self._criterion(whole))
        _metadata(rest, plan, used, draft)
        return draft

    def _mapped(self, row: dict[str, Any], whole: dict[str, Any], draft: Draft) -> dict[str, Any]:
        """Reads what the user named, and gives back the row without it."""
        mapping, rest = self._mapping, row
        if not (mapping.fields or mapping.labels or mapping.outputs or mapping.metadata):
            return row
        for field, path in mapping.fields.items():
            value = mapping.find(whole, path) if path else MISSING
            if value is not MISSING and field != "criterion":
                base, _, unit = field.partition("_") if field.startswith("latency_") else (field, "", "")
                draft.fields[base] = Found(value, path, field if unit else "", mapped=True)
                rest = without(rest, path)
        for key, path in mapping.metadata.items():
            if (value := mapping.find(whole, path)) is not MISSING:
                rest = without(rest, path)
                draft.metadata[key] = value
        return self._mapped_marks(rest, whole, draft)

    def _mapped_marks(self, rest: dict[str, Any], whole: dict[str, Any], draft: Draft) -> dict[str, Any]:
        mapping, criterion = self._mapping, self._criterion(whole)
        for column in mapping.labels:
            if (value := mapping.find(whole, column.path)) is not MISSING:
                rest = without(rest, column.path)
                if raw_of(value) not in (None, ""):
                    draft.labels.append(label_of(column.name, value, column.criterion or criterion))
        for column in mapping.outputs:
            if (value := mapping.find(whole, column.path)) is not MISSING:
                rest = without(rest, column.path)
                draft.outputs.append(output_of(column.name, value, column.criterion or criterion))
        return rest

    def _criterion(self, row: dict[str, Any]) -> str | None:
        if "criterion" in self._mapping.fields:
            path = self._mapping.fields["criterion"]
            value = self._mapping.find(row, path) if path else None
        else:
            value = next((v for name in ALIASES["criterion"] if (v := find(row, name)) is not MISSING), None)
        return value if isinstance(value, str) and value else None

    def _fields(self, row: dict[str, Any], plan: _Plan, draft: Draft) -> set[str]:
        used: set[str] = set()
        fields, mapped = draft.fields, self._mapping.fields
        for field, columns in plan.fields.items():
            if field in fields or field in mapped:
                continue
            for column, alias in columns:
                value = row[column]
                if value is None or column in used:
                    continue
                if field in _LISTS and not isinstance(decoded(value), list):
                    continue
                fields[field] = Found(value, column, alias)
                used.add(column)
                break
            else:
                if field == "response":
                    fields[field] = Found(None, columns[0][0])
        return used

    def _inner(self, row: dict[str, Any], plan: _Plan, draft: Draft) -> dict[str, Any]:
        """Reads fields inside columns such as ``usage``, and gives back the row without them."""
        for column, field, wanted in plan.inner:
            inner = decoded(row.get(column))
            if field in draft.fields or field in self._mapping.fields or not isinstance(inner, dict):
                continue
            key = next((key for key in inner if plain_name(key) == wanted and inner[key] is not None), None)
            if key is not None:
                draft.fields[field] = Found(inner[key], f"{column}.{key}")
                row = without(row, f"{column}.{key}")
        return row


def _plan(columns: tuple[str, ...]) -> _Plan:
    by_name: dict[str, list[str]] = {}
    for column in columns:
        by_name.setdefault(plain_name(column), []).append(column)
    plan = _Plan({}, [], [], [], [], [])
    for field, aliases in ALIASES.items():
        if field == "criterion":
            continue
        for alias in aliases:
            outer, _, inner = alias.partition(".")
            if inner:  # a flattened table has `usage.prompt_tokens` as a column of its own
                plan.inner.extend((column, field, plain_name(inner)) for column in by_name.get(plain_name(outer), ()))
            for column in by_name.get(plain_name(alias), ()):
                plan.fields.setdefault(field, []).append((column, alias))
    for name, rater in LABEL_COLUMNS.items():
        plan.labels.extend((column, rater) for column in by_name.get(plain_name(name), ()))
    for names, chosen in ((HUMAN_NAMES, plan.human), (JUDGE_NAMES, plan.judge), (METADATA_NAMES, plan.metadata)):
        chosen.extend(column for name in names for column in by_name.get(plain_name(name), ()))
    return plan


def _marks(row: dict[str, Any], plan: _Plan, draft: Draft, criterion: str | None) -> set[str]:
    """Reads labels and outputs, and tells which columns they were."""
    used: set[str] = set()
    response = draft.fields.get("response")
    for column in plan.human:
        labels = read_labels(decoded(row.get(column)), criterion, response and response.value)
        if labels is not None:
            draft.labels.extend(labels)
            used.add(column)
    for column in plan.judge:
        outputs = read_outputs(decoded(row.get(column)), criterion)
        if outputs is not None:
            draft.outputs.extend(outputs)
            used.add(column)
    for column, rater in plan.labels:
        value = row.get(column)
        if value is not None:
            draft.labels.append(label_of(rater, value, criterion))
            used.add(column)
    return used


def _metadata(row: dict[str, Any], plan: _Plan, used: set[str], draft: Draft) -> None:
    for column in plan.metadata:
        value = decoded(row.get(column))
        if isinstance(value, dict):
            used.add(column)
            for key, inner in value.items():
                draft.put(key, inner)
    model = draft.fields.get("model")
    if model and isinstance(model.value, dict):  # one name for each side of a pair
        named = {side: name for side, name in model.value.items() if name is not None}
        if named:
            draft.put(model.name, named)
        del draft.fields["model"]
    for column, value in row.items():
        if value is not None and column not in used:
            draft.put(column, value)
