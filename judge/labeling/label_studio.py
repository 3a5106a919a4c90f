"""Label Studio: its JSON export of annotated tasks, read as ratings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from judge.errors import LogError
from judge.labeling.incoming import Incoming, Unfit, known_records, refuse
from judge.labeling.passages import passages_of
from judge.rubric.schema import allowed_scores
from judge.scores import Abstention, Quote, Rating, Reason
from judge.store.ratings import IMPORT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.labeling.desk import Passage
    from judge.records import Record
    from judge.rubric.schema import Criterion, Rubric
    from judge.scales import Score
    from judge.store.database import Database
    from judge.store.datasets import Dataset

ID_KEYS: Final = ("record_id", "id")


@dataclass(frozen=True, slots=True)
class LabelStudioMap:
    """How a Label Studio project's names meet a rubric's.

    Attributes:
        rubric: The rubric.
        record_field: Key of a task's data that holds the record's id; ``record_id`` or ``id`` where empty.
        criteria: ``from_name`` of a control -> criterion; a control of the criterion's own name needs none.
        words: Choice in the export -> value of the scale, where they differ.
    """

    rubric: Rubric
    record_field: str = ""
    criteria: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


def is_label_studio(path: str) -> bool:
    """Whether a file begins as an export of Label Studio does: a list of tasks with data and annotations."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(1 << 16)
    except OSError:
        return False
    return head.lstrip()[:1] == b"[" and b'"annotations"' in head and b'"data"' in head


def read_label_studio(db: Database, dataset: Dataset, path: str, names: LabelStudioMap) -> list[Incoming]:
    """Every annotation of an export as ratings, or none where one cannot be read.

    Choices and ratings become scores, spans (``labels``) become evidence, text areas become the note, a cancelled
    annotation becomes a skip, a ground truth becomes gold. Predictions are a model's and are left out.

    Args:
        db: The database.
        dataset: The data set the records are in.
        path: The export, in Label Studio's JSON format (not JSON_MIN).
        names: How its names meet the rubric's.

    Raises:
        LogError: The file is no such export, or an annotation does not fit the rubric or the data set.
    """
    tasks = _tasks(path)
    problems: list[Unfit] = []
    ids: list[str | None] = [_record_id(task, names) for task in tasks]
    records = known_records(db, dataset, [name for name in ids if name is not None])
    found: list[Incoming] = []
    for number, (task, name) in enumerate(zip(tasks, ids, strict=True), start=1):
        where = f"{path}: task {task.get('id', number)}"
        known = records.get(name or "")
        if known is None:
            keys = ", ".join(sorted(map(str, task["data"])))
            lost = f"its data do not name the record: say which of {keys} does with --record-field"
            problems.append(Unfit(where, lost if name is None else f"data set {dataset.name} has no record {name!r}"))
            continue
        try:
            for annotation in task.get("annotations") or ():
                found += _ratings(annotation, known[1], names, where)
        except Unfit as problem:
            problems.append(problem)
    refuse(problems)
    return found


def _tasks(path: str) -> list[dict[str, Any]]:
    try:
        tasks = orjson.loads(Path(path).read_bytes())
    except OSError as error:
        raise LogError(f"it cannot be read: {error.strerror or error}", where=path) from error
    except orjson.JSONDecodeError as error:
        raise LogError(f"not JSON: {error}", where=path) from error
    if not isinstance(tasks, list) or not all(isinstance(t, dict) and isinstance(t.get("data"), dict) for t in tasks):
        raise LogError(
            "not an export of Label Studio: that is a list of tasks with `data` and `annotations`",
            where=path,
            hint="export in the format JSON, not JSON_MIN or CSV",
        )
    return tasks


def _record_id(task: dict[str, Any], names: LabelStudioMap) -> str | None:
    keys = (names.record_field,) if names.record_field else ID_KEYS
    value = next((task["data"][key] for key in keys if task["data"].get(key) not in (None, "")), None)
    return None if value is None else str(value)


def _ratings(annotation: dict[str, Any], record: Record, names: LabelStudioMap, where: str) -> list[Incoming]:
    results = [result for result in annotation.get("result") or () if isinstance(result, dict)]
    cancelled = bool(annotation.get("was_cancelled"))
    scores = {} if cancelled else _scores(results, names, where)
    spans = {} if cancelled else _spans(results, record, names, list(scores))
    note = "\n".join(text for result in results for text in _texts(result))
    shared: dict[str, Any] = {
        "record_id": record.id,
        "rubric": names.rubric.name,
        "annotator": _person(annotation.get("completed_by")),
        "note": note,
        "seconds": _seconds(annotation.get("lead_time")),
        "gold": bool(annotation.get("ground_truth")),
        "time": _time(annotation.get("created_at")),
    }
    skipped = Abstention(Reason.SKIPPED)
    made = [Rating(criterion=c.name, abstention=skipped, **shared) for c in names.rubric.criteria if cancelled]
    made += [Rating(criterion=n, score=score, evidence=spans.get(n, ()), **shared) for n, score in scores.items()]
    return [Incoming(rating, names.rubric, IMPORT, where) for rating in made]


def _scores(results: Sequence[dict[str, Any]], names: LabelStudioMap, where: str) -> dict[str, Score]:
    scores: dict[str, Score] = {}
    for result in results:
        kind, value = result.get("type"), result.get("value") or {}
        if kind not in {"choices", "rating", "number"}:
            continue
        raw = value.get(kind)
        choices = raw if isinstance(raw, list) else [raw]
        criterion = _criterion(str(result.get("from_name")), names, where)
        if len(choices) != 1:
            raise Unfit(where, f"{len(choices)} choices for {criterion.name}, which takes one")
        word = choices[0]
        score = criterion.scale.read(names.words.get(str(word), word))
        if score is None:
            raise Unfit(
                where,
                f"{word!r} is not on the scale of {criterion.name}; {allowed_scores(criterion.scale)}; "
                f"say what it means with --label-map {word}=VALUE",
            )
        scores[criterion.name] = score
    return scores


def _criterion(control: str, names: LabelStudioMap, where: str) -> Criterion:
    known = {criterion.name: criterion for criterion in names.rubric.criteria}
    name = names.criteria.get(control, control)
    if name not in known and control not in names.criteria and len(known) == 1:
        name = next(iter(known))
    if name not in known:
        raise Unfit(
            where,
            f"the control {control!r} is no criterion of {names.rubric.name}; "
            f"say which with --map {control}=CRITERION ({', '.join(known)})",
        )
    return known[name]


def _spans(
    results: Sequence[dict[str, Any]], record: Record, names: LabelStudioMap, scored: Sequence[str]
) -> dict[str, tuple[Quote, ...]]:
    passages = passages_of(record, names.rubric)
    found: dict[str, list[Quote]] = {}
    asking = [c.name for c in names.rubric.criteria if c.evidence is not None and c.name in scored] or list(scored)
    for result in results:
        if result.get("type") not in {"labels", "hypertextlabels", "paragraphlabels"} or not asking:
            continue
        control = names.criteria.get(str(result.get("from_name")), "")
        value = result.get("value") or {}
        marks = value.get(str(result["type"])) or [""]
        quote = _quote(value, str(result.get("to_name") or ""), str(marks[0]), passages)
        found.setdefault(control if control in scored else asking[0], []).append(quote)
    return {name: tuple(quotes) for name, quotes in found.items()}


def _quote(value: dict[str, Any], target: str, mark: str, passages: Sequence[Passage]) -> Quote:
    """A span with code-point offsets; Label Studio counts in UTF-16 units, as browsers do."""
    words, start, end = str(value.get("text") or ""), value.get("start"), value.get("end")
    ordered = sorted(passages, key=lambda passage: passage.source != target)
    if isinstance(start, int) and isinstance(end, int):
        for passage in ordered:
            cut = passage.text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le", "replace")
            if cut and (cut == words or (not words and passage.source == target)):
                before = len(passage.text.encode("utf-16-le")[: 2 * start].decode("utf-16-le", "replace"))
                return Quote(passage.source, cut, before, before + len(cut), mark)
    for passage in ordered:
        place = passage.text.find(words) if words else -1
        if place >= 0:
            return Quote(passage.source, words, place, place + len(words), mark)
    return Quote(target, words, role=mark)


def _texts(result: dict[str, Any]) -> list[str]:
    value = (result.get("value") or {}).get("text") if result.get("type") == "textarea" else None
    return [str(text) for text in (value if isinstance(value, list) else [value]) if text]


def _person(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("email") or value.get("username") or value.get("id")
    return f"user {value}" if isinstance(value, int) else str(value or "unknown")


def _seconds(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _time(value: Any) -> datetime | None:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return time if time is not None and time.tzinfo is not None else None
