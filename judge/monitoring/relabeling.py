"""Relabeling: how many ratings, of which records, let a corrected figure be told from its threshold."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from judge.monitoring.alert import Advice
from judge.stats.intervals import Estimate, Refused
from judge.stats.planning import plan
from judge.stats.strata import MIN_RATINGS
from judge.store.watches import ALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.monitoring.form import RuleForm, Watch
    from judge.monitoring.histogram import Histogram
    from judge.monitoring.rated import Rated
    from judge.monitoring.window import Window
    from judge.scales import Scale

NARROWEST: Final = 0.02
"""No interval narrower than ± this is planned for: a figure on its threshold would need endless ratings."""

UNSTATED: Final = 0.05
"""What is planned for where a rule has neither a threshold nor a `width`, such as one on a trend."""

RIGHT: Final = 0.8
"""How often a judge is taken to be right until ratings say otherwise: it weighs as much as two of them."""


def relabel(
    watch: Watch,
    rule: RuleForm,
    windows: Sequence[Window],
    series: Histogram,
    rated: Sequence[Rated],
    *,
    scale: Scale,
    figure: Estimate | Refused,
) -> Advice | None:
    """Say how many records of these windows to rate, by the judge's score, until the interval clears its threshold.

    The interval wanted is as wide on either side as the rule's `width`, or else as the figure (where there is none, the
    judge's own) is away from the threshold; it is planned by the formula that will make it, for a draw in proportion to
    the judge's scores.

    Returns:
        The advice; None where the interval is narrow enough already and rests on ratings of these windows.
    """
    limit = rule.above if rule.above is not None else rule.below
    pool = Counter({name: count for name, count in series.bins.items() if not name.startswith("abstained:")})
    if not pool:
        return None
    guess = figure.value if isinstance(figure, Estimate) else sum(pool[name] for name in scale.positive) / pool.total()
    wanted = rule.width or (UNSTATED if limit is None else max(abs(guess - limit), NARROWEST))
    inside = Counter(one.score for one in rated if one.is_in(windows))
    if isinstance(figure, Estimate) and figure.width / 2 <= wanted and inside:
        return None
    names = sorted(pool)
    hits, known = Counter(one.score for one in rated if one.positive), Counter(one.score for one in rated)
    right = {name: RIGHT if name in scale.positive else 1 - RIGHT for name in names}
    mean = [(hits[name] + 2 * right[name]) / (known[name] + 2) for name in names]
    found = plan(wanted, mean, [pool[name] for name in names], level=watch.detectors.level, kind="proportional")
    if isinstance(found, Refused):
        text = f"Ratings alone do not tell it: {found.reason}; raise `sample: rate`."
        return Advice("relabel", text, {"half_width": wanted})
    need = dict(zip(names, (int(count) for count in found.by_score), strict=True))
    lacking = {name: max(need[name], min(MIN_RATINGS, pool[name])) - inside[name] for name in names}
    lacking = {name: count for name, count in lacking.items() if count > 0}
    if not lacking:
        return None
    command = _command(watch, rule, windows, sum(lacking.values()), wanted)
    told = " and ".join(f"{count} that the judge scored {name}" for name, count in lacking.items())
    span = f"{windows[0].start:%Y-%m-%d %H:%M} to {windows[-1].end:%Y-%m-%d %H:%M}"
    text = f"Rate {sum(lacking.values())} more records of {span} ({told}) to know it to within ±{100 * wanted:.1f} %"
    details: dict[str, Any] = {
        "ratings": lacking,
        "half_width": wanted,
        "windows": [one.number for one in windows],
        "command": command,
    }
    return Advice("relabel", f"{text}: {command}", details)


def _command(watch: Watch, rule: RuleForm, windows: Sequence[Window], ratings: int, wanted: float) -> str:
    rubric, _, criterion = str(rule.watch).partition(".")
    first, last = windows[0], windows[-1]
    where = [f"time>={first.start:%Y-%m-%d %H:%M}", f"time<{last.end:%Y-%m-%d %H:%M}"]
    if first.version != ALL:
        where.append(f"model_version={first.version}")
    if first.segment != ALL:
        where.append(f"{watch.segment}={first.segment}")
    parts = ["judge", "study", "create", f"{watch.name}-{rule.name}-{last.number}", "--rubric", rubric]
    parts += ["--from", watch.dataset, "--n", str(ratings), "--design", "stratified", "--criterion", criterion]
    parts += ["--floor", str(MIN_RATINGS), "--half-width", f"{wanted:.3g}", "--level", f"{watch.detectors.level:g}"]
    return shlex.join([*parts, *(part for each in where for part in ("--where", each))])
