"""Replay: answers from a file of recorded replies, and writes one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from judge.errors import UsageError
from judge.models.prices import FREE
from judge.models.request import Permanent, Reply, TokenLogprob
from judge.rubric.reply import storable
from judge.scores import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from judge.models.request import Model, Price, Request

VERSION: Final = 1

_Place = tuple[str, str, tuple[str, ...], int]


def request_key(request: Request) -> str:
    """Hex sha256 of the canonical JSON of what is asked: messages, schema, sampling parameters, repeat."""
    content = [request.messages, request.schema, request.sampling.canonical(), request.repeat]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


class Replay:
    """A model whose replies were recorded.

    A request is answered by the line with its key (see `request_key`), or else by the line for the same record,
    rubric, criteria and repeat, if the record still has the content it was recorded with. The file is indexed once and
    each line is read when it is needed.

    Args:
        path: A JSONL file, as `Recorder` writes it. By hand, a line needs ``record``, ``criteria`` and ``text``.

    Raises:
        UsageError: The file is not there, or a line of it is no recorded reply.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._by_key: dict[str, int] = {}
        self._by_place: dict[_Place, int] = {}
        self._digest = hashlib.sha256()
        self._models: set[str] = set()
        self._index()

    @property
    def name(self) -> str:
        """``replay:FILE``."""
        return f"replay:{self._path}"

    @property
    def identity(self) -> Mapping[str, Any]:
        """The models recorded, and a hash of the file."""
        models = "+".join(sorted(self._models)) or "unknown"
        return {"endpoint": "replay", "model": models, "file": self._digest.hexdigest()}

    @property
    def price(self) -> Price:
        """Nothing: it was paid when it was recorded."""
        return FREE

    async def ask(self, request: Request) -> Reply:
        """Find the recorded reply.

        Raises:
            Permanent: Nothing was recorded for this request, or what was recorded is a failure.
        """
        line = self._find(request)
        if line.get("failure"):
            raise Permanent(str(line.get("detail", "")), reason=Reason(line["failure"]))
        logprobs = tuple(
            TokenLogprob(entry["token"], entry["logprob"], tuple((token, value) for token, value in entry["top"]))
            for entry in line.get("logprobs", ())
        )
        return Reply(
            text=line.get("text"),
            model=line.get("model", "unknown"),
            problem=Reason(line["problem"]) if line.get("problem") else None,
            detail=line.get("detail", ""),
            prompt_tokens=line.get("prompt_tokens"),
            completion_tokens=line.get("completion_tokens"),
            logprobs=logprobs,
            mode=line.get("mode", "none"),
            raw=line.get("raw") or line.get("text") or "",
            probabilities=line.get("probabilities", {}),
        )

    async def close(self) -> None:
        """Do nothing: there is no connection."""

    def _find(self, request: Request) -> dict[str, Any]:
        place = (request.record.id, request.rubric.name, tuple(sorted(request.criteria)), request.repeat)
        offset = self._by_key.get(request_key(request)) if self._by_key else None
        by_key = offset is not None
        if offset is None:
            offset = self._by_place.get(place, self._by_place.get((place[0], "", *place[2:])))
        if offset is None:
            raise Permanent(
                f"{self._path} has no reply for record {request.record.id!r}, criteria {', '.join(request.criteria)}",
                reason=Reason.REJECTED,
            )
        with self._path.open("rb") as file:
            file.seek(offset)
            line: dict[str, Any] = storable(json.loads(file.readline()))
        if not by_key and line.get("digest") not in {None, request.record.digest()}:
            raise Permanent(
                f"{self._path} has a reply for record {request.record.id!r} with another content",
                reason=Reason.REJECTED,
            )
        return line

    def _index(self) -> None:
        try:
            file = self._path.open("rb")
        except OSError as error:
            raise UsageError(
                f"the recording cannot be read: {error.strerror}", where=str(self._path), hint="write replay:FILE"
            ) from error
        with file:
            offset = 0
            for number, raw in enumerate(file, start=1):
                self._digest.update(raw)
                if raw.strip():
                    self._index_line(_checked(raw, f"{self._path}:{number}"), offset)
                offset += len(raw)

    def _index_line(self, line: dict[str, Any], offset: int) -> None:
        if "key" in line:
            self._by_key[line["key"]] = offset
        place = (line["record"], line.get("rubric", ""), tuple(sorted(line["criteria"])), line.get("repeat", 0))
        self._by_place[place] = offset
        if isinstance(line.get("model"), str):
            self._models.add(line["model"])


def _checked(raw: bytes, where: str) -> dict[str, Any]:
    hint = 'a line is {"record": ID, "criteria": [NAME], "text": REPLY}, as a recorder writes it'
    try:
        line = storable(json.loads(raw))
    except ValueError as error:
        raise UsageError(f"not a line of JSON: {error}", where=where, hint=hint) from error
    if not isinstance(line, dict) or not isinstance(line.get("record"), str):
        raise UsageError("no recorded reply: `record` is missing", where=where, hint=hint)
    criteria = line.get("criteria")
    if not isinstance(criteria, list) or not all(isinstance(name, str) for name in criteria):
        raise UsageError("no recorded reply: `criteria` is no list of names", where=where, hint=hint)
    if "text" not in line and not line.get("failure"):
        raise UsageError("no recorded reply: neither `text` nor `failure`", where=where, hint=hint)
    if line.get("version", VERSION) != VERSION:
        raise UsageError(f"recorded by a later version ({line['version']}, this one reads {VERSION})", where=where)
    for name in ("problem", "failure"):
        if line.get(name) is not None and line[name] not in set(Reason):
            raise UsageError(f"`{name}` is {line[name]!r}", where=where, hint=f"allowed: {', '.join(Reason)}")
    return line


class Recorder:
    """Asks another model and writes what it answers, one line a reply, for `Replay`.

    Replies, and failures that would come again, are written; what may pass is not. No key is in what is written: a
    reply holds what the model said, and models hide their key in it.

    Args:
        model: The model asked.
        path: The file, appended to.
    """

    def __init__(self, model: Model, path: Path) -> None:
        self._model = model
        self._path = path

    @property
    def name(self) -> str:
        """The name of the model asked."""
        return self._model.name

    @property
    def identity(self) -> Mapping[str, Any]:
        """The identity of the model asked: recording changes nothing."""
        return self._model.identity

    @property
    def price(self) -> Price | None:
        """The price of the model asked."""
        return self._model.price

    @property
    def adaptations(self) -> tuple[str, ...]:
        """What the model asked turned out not to take."""
        said: tuple[str, ...] = getattr(self._model, "adaptations", ())
        return said

    async def ask(self, request: Request) -> Reply:
        """Ask, and write the reply.

        Raises:
            Transient: As the model asked.
            Permanent: As the model asked; it is written.
            ModelError: As the model asked.
        """
        try:
            reply = await self._model.ask(request)
        except Permanent as error:
            self._write(request, {"failure": error.reason, "detail": str(error)})
            raise
        fields = asdict(reply)
        del fields["latency"]
        self._write(request, {name: value for name, value in fields.items() if value not in (None, "", (), {})})
        return reply

    async def close(self) -> None:
        """Give back the connections of the model asked."""
        await self._model.close()

    def _write(self, request: Request, outcome: dict[str, Any]) -> None:
        line = {
            "version": VERSION,
            "key": request_key(request),
            "record": request.record.id,
            "digest": request.record.digest(),
            "rubric": request.rubric.name,
            "criteria": list(request.criteria),
            "repeat": request.repeat,
            **({} if "failure" in outcome else {"text": None}),
            **outcome,
        }
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
