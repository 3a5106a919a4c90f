"""``judge curate``: evaluation data sets out of records worth keeping."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from judge.cli.console import say, show, show_json
from judge.cli.options import Config, Db, Json, open_database

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judge.curating.curate import Curated
    from judge.store.database import Database
    from judge.store.editions import Edition

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode="markdown", help="Evaluation data sets out of records worth keeping."
)


@app.command()
def add(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A data set, a log file, or `last`.")],
    *,
    into: Annotated[str, typer.Option("--into", metavar="NAME", help="The evaluation data set; its next version.")],
    failing: Annotated[
        list[str] | None, typer.Option(metavar="R[.C]", help="Not good by people, or by the judge where unrated.")
    ] = None,
    contested: Annotated[
        list[str] | None, typer.Option(metavar="R[.C]", help="Judge and people, or people, differ; or no score.")
    ] = None,
    disliked: Annotated[float | None, typer.Option(metavar="MOST", help="User feedback at or below this.")] = None,
    novel: Annotated[
        float | None,
        typer.Option(min=0.5, max=1, metavar="L", help="Questions less alike than this to all that are in it: 0.5."),
    ] = None,
    where: Annotated[list[str] | None, typer.Option(metavar="FIELD=VALUE", help="Only such records.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Add at most this many.")] = None,
    alike: Annotated[float, typer.Option(min=0.1, max=1, help="From which likeness on it is a duplicate.")] = 0.8,
    split: Annotated[
        str | None, typer.Option(metavar="S=SHARE,...", help="Splits, such as dev=0.3,test=0.7; groups stay whole.")
    ] = None,
    ideal: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Ideal responses: JSON lines with `id` and `reference`.")
    ] = None,
    good_is_ideal: Annotated[
        list[str] | None, typer.Option(metavar="R[.C]", help="What is good by this is its own ideal response.")
    ] = None,
    redact: Annotated[
        bool,
        typer.Option("--redact", help="Replace e-mail and postal addresses, IBAN, card, phone, IP and SSN numbers."),
    ] = False,
    redact_names: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="--redact, and names too, by this spaCy model (evenhand\\[redact])."),
    ] = None,
    study: Annotated[str | None, typer.Option(metavar="STUDY", help="Also open a study on the new version.")] = None,
    rubric: Annotated[
        str | None, typer.Option("--rubric", "-r", metavar="R", help="What its annotators rate by.")
    ] = None,
    json: Json = False,
    db: Db = None,
    config: Config = None,
) -> None:
    """Choose records, drop duplicates, and keep them as the next version of an evaluation data set.

    A version never changes: it holds the one before, what was chosen now, where each record comes from and why, and the
    ratings that people gave. `judge run NAME@VERSION` judges it, `judge gate` holds it against bounds.
    """
    from judge.cli.assign import read_weights
    from judge.curating.curate import Rules, curate
    from judge.errors import UsageError
    from judge.run.selection import Condition
    from judge.settings import load_settings
    from judge.sources import open_source

    if (study is None) != (rubric is None):
        raise UsageError("a study needs a name and a rubric", where="--study", hint="--study NAME --rubric R")
    settings = load_settings(config)
    rules = Rules(
        failing=tuple(failing or ()),
        contested=tuple(contested or ()),
        disliked=disliked,
        novel=novel,
        where=tuple(Condition.parse(text) for text in where or ()),
        limit=limit,
        alike=alike,
        splits=read_weights(split, option="--split") if split else {},
        ideal=_texts(ideal, "reference") if ideal else {},
        good_is_ideal=tuple(good_is_ideal or ()),
        redact=redact or redact_names is not None,
        names=redact_names,
    )
    with open_database(db, settings) as database:
        done = curate(database, open_source(database, source, settings, tell=say), into, rules)
        if study is not None and rubric is not None:
            _open_study(database, done.edition, study, rubric)
    if json:
        show_json(_edition(done.edition) | {"counts": _counts(done), "study": study})
    else:
        show(_told(done))
        if study is not None:
            show(f"Study {study} is open: judge label {study}")
        name = done.edition.dataset
        say(f"Next: judge run {name} --rubric R --judge MODEL, or have your system answer its questions:")
        say(f"judge export records --dataset {name} -o Q.jsonl, then judge curate answer {name} A.jsonl --as VERSION")


@app.command()
def answer(
    edition: Annotated[str, typer.Argument(metavar="NAME[@VERSION]", help="The evaluation data set.")],
    responses: Annotated[Path, typer.Argument(metavar="FILE", help="JSON lines with `id` and `response`.")],
    *,
    version: Annotated[str, typer.Option("--as", metavar="VERSION", help="The version of the system that answered.")],
    json: Json = False,
    db: Db = None,
    config: Config = None,
) -> None:
    """Put another version's responses on an evaluation data set's questions, to be judged and compared.

    `judge compare NAME@1/v1 NAME@1/v2` then compares them record by record.
    """
    from judge.curating.curate import answer as answered
    from judge.settings import load_settings
    from judge.store import editions

    with open_database(db, load_settings(config)) as database:
        found = editions.find(database, edition)
        dataset = answered(database, found, _texts(responses, "response"), version)
    if json:
        show_json({"dataset": dataset.name, "records": found.records})
    else:
        show(f"{dataset.name}: {found.records:,} responses. Next: judge run {dataset.name} --rubric R --judge MODEL")


@app.command("list")
def list_(*, json: Json = False, db: Db = None, config: Config = None) -> None:
    """Every version of every evaluation data set."""
    from judge.reports.table import table
    from judge.settings import load_settings
    from judge.store import editions

    with open_database(db, load_settings(config)) as database:
        found = editions.listing(database)
    if json:
        show_json([_edition(each) for each in found])
        return
    rows = [
        [
            each.dataset,
            f"{each.records:,}",
            ", ".join(f"{name} {count:,}" for name, count in each.splits.items()) or "–",
            str(each.made.get("source", "")),
            f"{each.created:%Y-%m-%d}",
            each.content_hash[:12],
        ]
        for each in found
    ]
    show(table(["version", "records", "splits", "from", "made", "content"], rows, right={1}))


def _texts(path: Path, key: str) -> dict[str, str]:
    """Record id -> text, from JSON lines.

    Raises:
        UsageError: A line is none, lacks one of the two, or an id comes twice.
    """
    import orjson

    from judge.errors import UsageError

    found: dict[str, str] = {}
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror or error}", where=str(path)) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row: Any = orjson.loads(line)
        except orjson.JSONDecodeError:
            row = None
        where = f"{path}:{number}"
        if not isinstance(row, dict) or not isinstance(row.get(key), str) or not isinstance(row.get("id"), str):
            raise UsageError(f"a line has an `id` and a `{key}`, both texts", where=where)
        if row["id"] in found:
            raise UsageError(f"record {row['id']!r} comes twice", where=where)
        found[row["id"]] = row[key]
    return found


def _open_study(database: Database, edition: Edition, name: str, rubric: str) -> None:
    from judge.labeling import studies
    from judge.labeling.study import Plan
    from judge.rubric.load import load_rubric
    from judge.store import datasets

    plan = Plan(name=name, n=edition.records)
    studies.create(database, plan, load_rubric(rubric), datasets.find(database, edition.dataset))


def _edition(found: Edition) -> dict[str, Any]:
    return {
        "dataset": found.dataset,
        "records": found.records,
        "splits": dict(found.splits),
        "content_hash": found.content_hash,
        "made": dict(found.made),
        "created": found.created.isoformat(),
    }


def _counts(done: Curated) -> Mapping[str, int]:
    return {name: getattr(done, name) for name in ("carried", "added", "duplicates", "ideal", "redacted")}


def _told(done: Curated) -> str:
    parts = [f"{done.added:,} added"]
    parts += [f"{done.carried:,} from the version before"] if done.carried else []
    parts += [f"{done.duplicates:,} duplicates left out"] if done.duplicates else []
    parts += [f"{done.ideal:,} with an ideal response"] if done.ideal else []
    parts += [f"{done.redacted:,} redacted"] if done.redacted else []
    splits = ", ".join(f"{name} {count:,}" for name, count in done.edition.splits.items())
    return f"{done.edition.dataset}: {', '.join(parts)}." + (f" Splits: {splits}." if splits else "")
