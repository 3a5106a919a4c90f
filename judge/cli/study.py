"""``judge study``: make studies, let annotators in, and see how far they are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from judge.cli import annotators
from judge.cli.console import say, show, show_json
from judge.cli.export import Format, chosen_format
from judge.cli.options import Config, Db, Json, open_database, pairs
from judge.cli.studies import chosen_source, read_design, study_json, told
from judge.errors import UsageError

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode="markdown", help="Make studies, let annotators in, see how far they are."
)
app.add_typer(annotators.app, name="annotators")

Name = Annotated[str, typer.Argument(metavar="STUDY", help="A study's name, or `last`.")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="STUDY", help="The new study's name.")],
    *,
    rubric: Annotated[str, typer.Option("--rubric", "-r", metavar="R", help="What annotators rate with.")],
    source: Annotated[
        str, typer.Option("--from", metavar="DATASET", help="Its records: a data set's, a log file's, or `last`.")
    ] = "last",
    n: Annotated[int, typer.Option("--n", min=1, help="How many records to draw.")] = 200,
    raters: Annotated[int, typer.Option(min=1, max=20, help="How many annotators rate an overlapping item.")] = 2,
    overlap: Annotated[float, typer.Option(min=0, max=1, help="Share of the items that overlap.")] = 1.0,
    gold: Annotated[float, typer.Option(min=0, max=1, help="Items for training, as a share of n.")] = 0.0,
    repeats: Annotated[float, typer.Option(min=0, max=1, help="Share of items shown to an annotator twice.")] = 0.0,
    design: Annotated[
        str, typer.Option(metavar="D", help="uniform, stratified, uncertainty, disagreement, contested.")
    ] = "uniform",
    run: Annotated[
        list[str] | None,
        typer.Option("--run", metavar="RUN", help="The judge's run that guides the draw; two for disagreement."),
    ] = None,
    criterion: Annotated[
        str | None, typer.Option(metavar="C", help="The criterion that guides the draw.  [default: the first]")
    ] = None,
    floor: Annotated[int, typer.Option(min=0, help="Least number of records from each stratum.")] = 10,
    clusters: Annotated[bool, typer.Option("--conversations", help="Keep conversations together.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random in it.")] = 0,
    guideline: Annotated[int, typer.Option(min=1, help="Version of your instructions for annotators.")] = 1,
    half_width: Annotated[float, typer.Option(help="Half the width of the interval you want.")] = 0.05,
    level: Annotated[float, typer.Option(help="Its confidence level.")] = 0.95,
    lease: Annotated[
        float, typer.Option(metavar="SECONDS", help="How long an item is held without a sign of life.")
    ] = 300,
    least_seconds: Annotated[float, typer.Option(metavar="SECONDS", help="What is faster is marked as rushed.")] = 2,
    annotator: Annotated[
        list[str] | None, typer.Option("--annotator", metavar="NAME", help="Who takes part; registered before.")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="CONDITION", help="Only records that meet it: FIELD=VALUE, time>=2026-10."),
    ] = None,
    json: Json = False,
    db: Db = None,
    config: Config = None,
) -> None:
    """Draw records for annotators to rate; the inclusion probability of each is stored."""
    from judge.labeling import people, studies
    from judge.labeling.study import Plan
    from judge.rubric.load import load_rubric
    from judge.run.selection import Condition
    from judge.settings import load_settings

    settings = load_settings(config)
    loaded = load_rubric(rubric)
    plan = Plan(
        name=name,
        n=n,
        raters=raters,
        overlap=overlap,
        gold=gold,
        repeats=repeats,
        design=read_design(design),
        floor=floor,
        clusters=clusters,
        criterion=criterion,
        seed=seed,
        guideline=guideline,
        half_width=half_width,
        level=level,
        lease_seconds=lease,
        least_seconds=least_seconds,
        where=tuple(Condition.parse(text) for text in where or []),
    )
    with open_database(db, settings) as database:
        for person in annotator or []:
            people.find(database, person)
        dataset, runs = chosen_source(database, settings, source, run or (), guided=plan.design != "uniform")
        made = studies.create(database, plan, loaded, dataset, runs=runs)
        for person in annotator or []:
            people.assign(database, made, person)
        if json:
            show_json(study_json(database, made))
        else:
            show(told(database, made))
            say(f"Next: judge study annotators add NAME --study {made.name!r}, or judge label {made.name!r}")


@app.command("list")
def list_(*, json: Json = False, db: Db = None, config: Config = None) -> None:
    """List the studies, the oldest first."""
    from judge.labeling import studies
    from judge.reports.table import table
    from judge.settings import load_settings

    with open_database(db, load_settings(config)) as database:
        rows = [study_json(database, studies.find(database, name)) for name in studies.names(database)]
    if json:
        show_json(rows)
        return
    headings = ["study", "rubric", "data set", "state", "items", "raters", "design", "made (UTC)"]
    cells = [
        [
            *(row["study"], row["rubric"], row["dataset"], row["state"], f"{row['items']:,}", str(row["raters"])),
            *(row["design"]["kind"], f"{row['created']:%Y-%m-%d %H:%M}"),
        ]
        for row in rows
    ]
    show(table(headings, cells, right={4, 5}))


@app.command()
def assign(
    name: Name,
    people_: Annotated[list[str], typer.Argument(metavar="NAME...", help="Registered annotators.")],
    *,
    most: Annotated[int | None, typer.Option(min=1, help="Most items each of them rates.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Let them take part no more; their ratings stay.")] = False,
    json: Json = False,
    db: Db = None,
    config: Config = None,
) -> None:
    """Let registered annotators take part in a study."""
    from judge.labeling import people, studies
    from judge.settings import load_settings

    with open_database(db, load_settings(config)) as database:
        study = studies.find(database, name)
        for person in people_:
            people.find(database, person)
        for person in people_:
            if remove:
                people.dismiss(database, study, person)
            else:
                people.assign(database, study, person, most=most)
    if json:
        show_json({"study": study.name, "annotators": people_, "assigned": not remove, "most": most})
    else:
        say(f"{', '.join(people_)}: {'no longer in' if remove else 'in'} study {study.name}.")


@app.command()
def close(name: Name, *, json: Json = False, db: Db = None, config: Config = None) -> None:
    """Close a study: nobody gets items or corrects ratings any more."""
    _set_state(name, "closed", json=json, db=db, config=config)


@app.command()
def pause(name: Name, *, json: Json = False, db: Db = None, config: Config = None) -> None:
    """Give out no items for now."""
    _set_state(name, "paused", json=json, db=db, config=config)


@app.command()
def reopen(name: Name, *, json: Json = False, db: Db = None, config: Config = None) -> None:
    """Go on with a paused or closed study."""
    _set_state(name, "open", json=json, db=db, config=config)


def _set_state(name: str, state: str, *, json: bool, db: str | None, config: Path | None) -> None:
    from judge.labeling import studies
    from judge.labeling.study import State
    from judge.settings import load_settings

    with open_database(db, load_settings(config)) as database:
        study = studies.set_state(database, studies.find(database, name), State(state), who="command line")
    if json:
        show_json({"study": study.name, "state": study.state})
    else:
        say(f"Study {study.name} is {study.state}.")


@app.command()
def status(name: Name = "last", *, json: Json = False, db: Db = None, config: Config = None) -> None:
    """Say how far a study is: ratings still needed, stale leases, and each annotator."""
    from judge.labeling import studies
    from judge.labeling.status import read_status
    from judge.reports.study_text import render
    from judge.settings import load_settings
    from judge.store.tables import now

    with open_database(db, load_settings(config)) as database:
        study = studies.find(database, name)
        found = read_status(database, study, now())
        if json:
            show_json(study_json(database, study) | {"status": found.to_json()})
            return
    for part in render(study, found):
        show(part)


@app.command()
def export(
    name: Name,
    *,
    format_: Annotated[Format | None, typer.Option("--format", help="[default: by FILE's ending]")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="[default: stdout]")] = None,
    json: Json = False,
    db: Db = None,
    config: Config = None,
) -> None:
    """Export a study's ratings, with rubric hash and inclusion probability, as JSONL, CSV or Parquet."""
    from judge import exporting
    from judge.labeling import studies
    from judge.rows import write_rows
    from judge.settings import load_settings
    from judge.store.datasets import Dataset

    chosen = chosen_format(format_, output)
    with open_database(db, load_settings(config)) as database:
        study = studies.find(database, name)
        dataset = Dataset(study.dataset_id, study.dataset)
        rows = exporting.rating_rows(database, dataset, {study.rubric.hash: study.rubric}, study=study.name)
        count = write_rows(rows, exporting.RATING_COLUMNS, format_=chosen, output=output)
    if output is not None:
        if json:
            show_json({"rows": count, "file": str(output), "format": chosen})
        else:
            say(f"{count:,} ratings written to {output}.")


@app.command("import")
def import_(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Exported ratings (JSONL, CSV, Parquet), or Label Studio's JSON.")
    ],
    *,
    study: Annotated[str | None, typer.Option("--study", metavar="STUDY", help="Count them as this study's.")] = None,
    dataset: Annotated[str | None, typer.Option(metavar="NAME", help="The data set the records are in.")] = None,
    rubric: Annotated[
        str | None, typer.Option("--rubric", "-r", metavar="R", help="What they answer.  [default: as the file says]")
    ] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", metavar="CONTROL=CRITERION", help="Label Studio: what a control asks.")
    ] = None,
    label_map: Annotated[
        list[str] | None, typer.Option(metavar="WORD=VALUE", help="Label Studio: where choices use other words.")
    ] = None,
    record_field: Annotated[
        str,
        typer.Option(metavar="KEY", help="Label Studio: where a task names the record.  [default: record_id or id]"),
    ] = "",
    json: Json = False,
    db: Db = None,
    config: Config = None,
) -> None:
    """Import ratings that were exported before, or given in Label Studio; all of the file or nothing of it."""
    from judge.labeling import incoming, studies
    from judge.labeling.label_studio import LabelStudioMap, is_label_studio, read_label_studio
    from judge.labeling.rating_rows import read_rating_file
    from judge.rubric.load import load_rubric
    from judge.settings import load_settings
    from judge.store import datasets

    loaded = load_rubric(rubric) if rubric is not None else None
    with open_database(db, load_settings(config)) as database:
        target = studies.find(database, study) if study is not None else None
        if dataset is None and target is None:
            raise UsageError("which records are rated?", where="--dataset", hint="add --dataset NAME or --study STUDY")
        chosen = datasets.find(database, dataset or (target.dataset if target else ""))
        wording = loaded or (target.rubric if target else None)
        if is_label_studio(file):
            if wording is None:
                raise UsageError("which rubric do the annotations answer?", where="--rubric", hint="add --rubric R")
            names = LabelStudioMap(
                wording, record_field, pairs(map_ or [], "--map"), pairs(label_map or [], "--label-map")
            )
            found = read_label_studio(database, chosen, file, names)
        else:
            found = read_rating_file(database, file, wording)
        new = incoming.store(database, chosen, found, study=target)
    if json:
        show_json({"file": file, "dataset": chosen.name, "ratings": len(found), "new": new})
    else:
        say(f"{len(found):,} ratings read, {new:,} new, into {chosen.name}.")
