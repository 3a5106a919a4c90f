"""Building a report: what a calibration found, in the form that every format is rendered from."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import yaml

from judge.calibration import disagreements, provenance
from judge.calibration.evidence import evidence_agreement
from judge.reports import disagreement_form, form, words
from judge.reports.texts import texts_of
from judge.rubric.repeats import JUDGE, REPEATS
from judge.stats.gwet import CAVEAT
from judge.stats.intervals import Estimate, Refused
from judge.store import judges

if TYPE_CHECKING:
    from judge.calibration.agreement import People, WithPeople
    from judge.calibration.annotators import Annotator, Annotators
    from judge.calibration.calibrate import Calibration, CriterionCalibration, Slice
    from judge.calibration.disagreements import Disagreement
    from judge.calibration.figures import Figures
    from judge.calibration.pool import Pool
    from judge.scores import Quote
    from judge.settings import CalibrationTable
    from judge.stats.maps import Kind, Trial
    from judge.store.database import Database

UNCALIBRATED = "uncalibrated"


def build(db: Database, calibration: Calibration, limits: CalibrationTable, *, items: int = 200) -> form.Report:
    """The report of a calibration.

    Args:
        db: The database it was made from.
        calibration: What was found.
        limits: The thresholds it was judged by.
        items: Most disagreements to show for each criterion.
    """
    run = calibration.run
    return form.Report(
        level=calibration.level,
        by=calibration.by,
        study=calibration.study,
        run=form.RunPart(
            id=run.id,
            kind=run.kind,
            model=run.model,
            state=run.state,
            dataset=run.dataset,
            started=f"{run.started:%Y-%m-%d %H:%M} UTC",
        ),
        criteria=tuple(_criterion(db, calibration, each, items) for each in calibration.criteria),
        provenance=_provenance(db, calibration, limits),
    )


def result(found: Estimate | Refused) -> form.EstimatePart | form.RefusedPart:
    """An estimate or a refusal as a report holds it."""
    if isinstance(found, Estimate):
        return form.EstimatePart(**asdict(found))
    return form.RefusedPart(**asdict(found))


def _criterion(db: Database, calibration: Calibration, found: CriterionCalibration, items: int) -> form.CriterionPart:
    scale, criterion = found.criterion.scale, found.criterion
    counts = _counts(found)
    standing = _standing(found)
    main = figures(found.main)
    unit = "pairs" if "rival" in found.rubric.reads else "responses"
    return form.CriterionPart(
        rubric=found.rubric.name,
        criterion=criterion.name,
        question=criterion.question,
        level=scale.level.value,
        values=dict(scale.values),
        positive=scale.positive,
        unit=unit,
        judge=_judge(db, found),
        sentence=words.sentence(criterion.name, standing, main, counts, unit),
        standing=standing,
        counts=counts,
        rate=figures(found.rate) if found.rate else None,
        mean=figures(found.mean) if found.mean else None,
        distribution=_distribution(found),
        people=people(found.people, found.annotators),
        agreement=_with_people(found.agreement),
        diagnosis=_diagnosis(found),
        certainty=_certainty(found.pool),
        probabilities=_probabilities(found),
        planning=_planning(found),
        evidence=_evidence(db, calibration, found),
        confusion=tuple(form.ConfusionRow(people=value, judge=row) for value, row in found.agreement.confusion.items()),
        slices=tuple(_slice(each) for each in found.slices),
        disagreements=_disagreements(db, calibration, found, items),
    )


def figures(found: Figures) -> form.FiguresPart:
    """Three figures of one quantity as a report holds them."""
    return form.FiguresPart(
        what=found.what,
        ends=found.ends,
        raw=found.raw,
        bounds=found.bounds,
        human=result(found.human),
        corrected=result(found.corrected),
        bias=found.bias,
    )


def _standing(found: CriterionCalibration) -> form.StandingPart:
    standing, contested = found.standing, found.pool.contested
    told = f"{contested:,} contested, judged otherwise without their suspicious spans: look at these first"
    first = "let people rate the contested items: `judge study create ... --design contested`"
    return form.StandingPart(
        answer=standing.answer.value if found.panel.size else UNCALIBRATED,
        reasons=standing.reasons,
        advice=(*([first] if contested else []), *standing.advice),
        warnings=(*([told] if contested else []), *standing.warnings),
    )


def _counts(found: CriterionCalibration) -> form.CountsPart:
    pool, panel = found.pool, found.panel
    return form.CountsPart(
        judged=pool.size,
        scored=int(pool.scored.sum()),
        abstained=dict(sorted(pool.abstained.items())),
        not_applicable=pool.not_applicable,
        contested=pool.contested,
        rated=panel.size,
        overlap=found.people.overlap,
        skipped=panel.skipped,
        elsewhere=panel.elsewhere,
        older=panel.older,
    )


def _distribution(found: CriterionCalibration) -> tuple[form.SharePart, ...]:
    return tuple(
        form.SharePart(value=value, raw=share.raw, corrected=result(share.corrected))
        for value, share in found.distribution.items()
    )


def people(found: People, apart: Annotators) -> form.PeoplePart:
    """Agreement among annotators, and each of them beside the others, as a report holds it."""
    return form.PeoplePart(
        annotators=found.annotators,
        items=found.items,
        overlap=found.overlap,
        alpha=result(found.alpha),
        percent=result(found.percent),
        ac1=result(found.ac1),
        ac1_caveat=CAVEAT,
        prevalence=found.prevalence,
        pairs=tuple(form.PairPart(annotators=pair, kappa=result(kappa)) for pair, kappa in found.pairs.items()),
        each=tuple(_annotator(each) for each in apart.each),
        model_differs=apart.differing,
    )


def _annotator(found: Annotator) -> form.AnnotatorPart:
    return form.AnnotatorPart(
        annotator=found.name,
        rated=found.rated,
        others=None if found.others is None else result(found.others),
        severity=None if found.severity is None else result(found.severity),
        model=found.model,
        repeats=None if found.repeats is None else result(found.repeats.percent),
    )


def _with_people(found: WithPeople) -> form.WithPeoplePart:
    kappa = found.kappa
    part = None
    if kappa is not None:
        part = form.KappaPart(
            estimate=result(kappa.estimate),
            percent=result(kappa.percent),
            pabak=kappa.pabak,
            maximum=kappa.maximum,
            prevalence=kappa.prevalence,
            bias=kappa.bias,
        )
    return form.WithPeoplePart(
        kappa=part,
        alpha=result(found.alpha),
        ceiling_human=result(found.ceiling.human),
        ceiling_judge=result(found.ceiling.judge),
        ceiling_difference=result(found.ceiling.difference),
        tied=found.tied,
    )


def _diagnosis(found: CriterionCalibration) -> form.DiagnosisPart | None:
    made = found.diagnosis
    if made is None:
        return None
    rates = {each.name: result(getattr(made.rates, each.name)) for each in fields(made.rates)}
    test = made.alternative
    if isinstance(test, Refused):
        return form.DiagnosisPart(rates=form.RatesPart(**rates), alternative=form.RefusedPart(**asdict(test)))
    part = form.AlternativePart(
        winning_rate=test.winning_rate,
        advantage=test.advantage,
        passed=test.passed,
        epsilon=test.epsilon,
        annotators=sum(each.p is not None for each in test.comparisons),
    )
    return form.DiagnosisPart(rates=form.RatesPart(**rates), alternative=part)


def _certainty(pool: Pool) -> form.CertaintyPart:
    absent = {reason: count for reason, count in sorted(pool.certain.items()) if reason not in {JUDGE, REPEATS}}
    given, shared = pool.certain.get(JUDGE, 0), pool.certain.get(REPEATS, 0)
    return form.CertaintyPart(given=given, shared=shared, repeats=pool.repeats, absent=absent)


def _probabilities(found: CriterionCalibration) -> form.ProbabilitiesPart | None:
    made = found.probabilities
    if made is None:
        return None
    error = made.error
    part = form.RefusedPart if isinstance(error, Refused) else form.MiscalibrationPart
    return form.ProbabilitiesPart(
        items=made.items,
        rate=made.rate,
        brier=result(made.brier.score),
        miscalibration=made.brier.miscalibration,
        discernment=made.brier.discernment,
        uncertainty=made.brier.uncertainty,
        bins=tuple(form.BinPart(**asdict(each)) for each in made.bins),
        error=part(**asdict(error)),
        auroc=result(made.auroc),
        auprc=result(made.auprc),
        corrected=result(made.corrected),
        maps=tuple(_map(kind, trial) for kind, trial in made.maps.items()),
    )


def _map(kind: Kind, trial: Trial | Refused) -> form.MapPart:
    if isinstance(trial, Refused):
        return form.MapPart(kind=kind, before=None, after=None, gain=result(trial))
    return form.MapPart(kind=kind, before=trial.before, after=trial.after, gain=result(trial.gain))


def _planning(found: CriterionCalibration) -> form.PlanningPart | None:
    made = found.planning
    if made is None:
        return None
    plans = []
    for half, plan in made.plans.items():
        if isinstance(plan, Refused):
            plans.append(form.PlanPart(half_width=half, ratings=None, people_only=None, reason=plan.reason))
        else:
            plans.append(form.PlanPart(half_width=half, ratings=plan.ratings, people_only=plan.people_only, reason=""))
    return form.PlanningPart(plans=tuple(plans), worth=result(made.worth))


def _evidence(db: Database, calibration: Calibration, found: CriterionCalibration) -> form.EvidencePart | None:
    made = evidence_agreement(db, calibration.run, found, level=calibration.level, study=calibration.study)
    if made is None:
        return None
    figures_ = {name: result(getattr(made, name)) for name in ("f1", "people_f1", "alpha", "people_alpha")}
    return form.EvidencePart(items=made.items, **figures_)


def _slice(found: Slice) -> form.SlicePart:
    return form.SlicePart(
        field=found.field,
        value=found.value,
        items=found.items,
        rated=found.rated,
        figures=figures(found.figures),
    )


def _judge(db: Database, found: CriterionCalibration) -> form.JudgePart:
    judge = judges.find(db, found.fingerprint)
    content = found.rubric.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return form.JudgePart(
        fingerprint=found.fingerprint,
        model=judge.model,
        settings=dict(judge.content),
        rubric=found.rubric.name,
        rubric_version=found.rubric.version,
        rubric_hash=found.rubric.hash,
        rubric_text=yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100),
    )


def _disagreements(
    db: Database, calibration: Calibration, found: CriterionCalibration, items: int
) -> disagreement_form.DisagreementsPart:
    listed = disagreements.find(db, calibration.run, found, study=calibration.study, most=items)
    reads = found.rubric.reads
    return disagreement_form.DisagreementsPart(
        total=listed.total, items=tuple(_disagreement(each, reads, calibration.run.model) for each in listed.items)
    )


def _disagreement(found: Disagreement, reads: tuple[str, ...], model: str) -> disagreement_form.DisagreementPart:
    judge = disagreement_form.VoicePart(
        rater=model, score=found.judge, reason=found.rationale, quotes=_quotes(found.evidence)
    )
    voices = [
        disagreement_form.VoicePart(
            rater=each.annotator,
            score=None if each.score is None else str(each.score),
            reason=each.note or (each.abstention.detail if each.abstention else ""),
            quotes=_quotes(each.evidence),
            gold=each.gold,
        )
        for each in found.ratings
    ]
    return disagreement_form.DisagreementPart(
        record=found.record.id,
        people=found.people,
        judge=found.judge,
        texts=texts_of(found.record, reads),
        voices=(judge, *voices),
    )


def _quotes(quotes: tuple[Quote, ...]) -> tuple[disagreement_form.QuotePart, ...]:
    return tuple(disagreement_form.QuotePart(**asdict(quote)) for quote in quotes)


def _provenance(db: Database, calibration: Calibration, limits: CalibrationTable) -> form.ProvenancePart:
    found = provenance.trace(db, calibration)
    thresholds: dict[str, Any] = limits.model_dump()
    return form.ProvenancePart(
        records=found.records,
        dataset_hash=found.dataset_hash,
        designs=tuple(form.DesignPart(**asdict(each)) for each in found.designs),
        seed=found.seed,
        price=dict(found.price) if found.price is not None else None,
        cost=found.totals.cost,
        cost_unknown=found.totals.unknown,
        tokens=found.totals.prompt_tokens + found.totals.completion_tokens,
        versions=dict(found.versions),
        thresholds=thresholds,
    )
