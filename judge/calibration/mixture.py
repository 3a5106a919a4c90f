"""Mixtures: a cheap judge first, a dear one where it may err, people where both may; chosen and measured apart."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np

from judge.stats.correction import corrected_mean
from judge.stats.intervals import Estimate, Refused, wilson_limits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from judge.calibration.pool import Pool
    from judge.scales import Scale

    Floats = NDArray[np.float64]
    Places = NDArray[np.intp]

CERTAIN: Final = (0.0, 0.7, 0.8, 0.9, 0.95)
"""Least certainties at which a score may be taken, where a judge gives probabilities."""

ALIKE: Final = "alike"
"""The second judge's score is taken only where it is the first one's too."""

MOST_RULES: Final = 6_000
"""Rules that are tried; where a scale allows more, every score gets the same certainty."""

LEAST: Final = 15
"""Rated items that each half needs."""

LEAST_DECIDED: Final = 10
"""Rated items that judges decide in the measuring half; by fewer a rule cannot be measured."""

LEAST_SHARE: Final = 0.05
"""Share of all items that judges decide; a rule that leaves more to people is people alone."""

TARGETS: Final = (0.8, 0.9, 0.95, 0.98)
"""Targets whose price is told without being asked for."""

FIRST, SECOND, PEOPLE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Mixture:
    """Who decides which items, and what comes of it.

    Attributes:
        target: The share of people's values that was asked for.
        judges: Places of the first and the second judge among the contenders.
        first: Score of the first judge -> the least certainty at which it is taken; other scores go on.
        second: The same for the second judge, or `ALIKE`; other scores go on to people. Empty: it is not asked.
        asked: Shares of the items that the first judge, the second, and people are asked about.
        decided: Shares of the items that each decides.
        cost: US dollars a thousand items; None where a price is unknown.
        agreement: How often it gives people's value, by ratings that took no part in choosing it; an item that people
            decide has their value.
    """

    target: float
    judges: tuple[int, int]
    first: Mapping[str, float | str]
    second: Mapping[str, float | str]
    asked: tuple[float, float, float]
    decided: tuple[float, float, float]
    cost: float | None
    agreement: Estimate | Refused

    @property
    def met(self) -> bool:
        """Whether the whole interval keeps the target."""
        return isinstance(self.agreement, Estimate) and self.agreement.low >= self.target


@dataclass(frozen=True, slots=True)
class Mixtures:
    """What each target takes.

    Attributes:
        found: One a target, in their order.
        tried: Rules among which each was chosen.
        choosing: Rated items by which they were chosen.
        reporting: Rated items by which they were measured.
    """

    found: tuple[Mixture, ...]
    tried: int
    choosing: int
    reporting: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two judges of the same pool, the cheaper one first.

    Attributes:
        judges: Their places among the contenders.
        pools: What each said of the same items, in the same order.
        items: Place in the pools of each rated item that has one value by people, shape (n,).
        truth: That value, shape (n,).
        inclusion: How likely each rated item was to be chosen, shape (n,); None where unknown.
        prices: US dollars an item: of the first, of the second, of a rating; None where unknown.
    """

    judges: tuple[int, int]
    pools: tuple[Pool, Pool]
    items: Places
    truth: NDArray[np.object_]
    inclusion: Floats | None
    prices: tuple[float | None, float | None, float | None]


def find_mixtures(
    pair: Pair, scale: Scale, targets: Sequence[float], *, level: float = 0.95, seed: int = 0
) -> Mixtures | Refused:
    """The cheapest rule for each target, chosen by one half of the ratings and measured by the other.

    A rule says at which certainty a score of the first judge is taken, at which one of the second, and leaves the rest
    to people. Of the rules whose lower limit by the first half keeps the target, the cheapest is taken (without prices:
    the one with the fewest ratings, then the fewest questions to the second judge). Its figure by the first half would
    flatter it, so it is measured by the other half alone; conversations are never split between the two.

    Args:
        pair: The judges.
        scale: Their scale; one with names.
        targets: Shares of people's values.
        level: Confidence level.
        seed: Seed of the halves.
    """
    half = np.array([_half(cluster, seed) for cluster in pair.pools[0].clusters[pair.items].tolist()], dtype=bool)
    choosing, reporting = int(half.sum()), int((~half).sum())
    if min(choosing, reporting) < LEAST:
        lacking = 2 * (LEAST - min(choosing, reporting))
        reason = f"{choosing} and {reporting} rated items are too few to choose a mixture by one half and measure it"
        return Refused(reason, f"rate about {lacking} more items that both judged", "mixture", lacking)
    cells = _Cells.of(pair, scale)
    rules, routes = _worth_trying(cells, _rules(cells, scale), ~half)
    if not rules:
        reason = "the judges give too few of the rated items the same scores to tell one rule from another"
        return Refused(reason, "rate more items of every score", "mixture")
    lower = cells.lower(routes, half, level)
    price = _prices(pair, cells, rules, routes)
    found = []
    for target in targets:
        best = _cheapest(lower, price, target)
        measured = _measured(pair, cells, routes[best], ~half, level)
        found.append(_mixture(pair, cells, rules[best], routes[best], target=target, agreement=measured))
    return Mixtures(tuple(found), len(rules), choosing, reporting)


def _worth_trying(
    cells: _Cells, rules: Sequence[_Rule], rest: NDArray[np.bool_]
) -> tuple[list[_Rule], NDArray[np.int8]]:
    """The rules by which judges decide enough items for it to be measured; what people say of them is not looked at."""
    routes = cells.routes(rules)
    accepted = routes != PEOPLE
    seen = np.bincount(cells.of_rated[rest], minlength=cells.share.size)
    kept = (accepted @ seen >= LEAST_DECIDED) & (accepted @ cells.share >= LEAST_SHARE)
    return [rule for rule, keep in zip(rules, kept.tolist(), strict=True) if keep], routes[kept]


def _cheapest(lower: Floats, price: Sequence[tuple[float, ...]], target: float) -> int:
    """The cheapest rule that keeps the target by the choosing half, else the one that comes nearest."""
    keeping = np.flatnonzero(lower >= target).tolist()
    return min(keeping, key=lambda place: (price[place], -lower[place])) if keeping else int(np.argmax(lower))


def _half(cluster: int, seed: int) -> bool:
    return hashlib.blake2b(f"half:{seed}:{cluster}".encode(), digest_size=1).digest()[0] % 2 == 0


def _level_of(pool: Pool, scale: Scale) -> Places:
    """How certain the judge is of its score, as a place among `CERTAIN`; 0 where it gives no probability."""
    positive = np.isin(pool.scores, scale.positive)
    certainty = np.where(positive, pool.probability, 1 - pool.probability)
    places = np.searchsorted(CERTAIN, np.nan_to_num(certainty, nan=0.0) + 1e-9, side="right") - 1
    return np.maximum(places, 0)


@dataclass(frozen=True, slots=True)
class _Rule:
    """Least certainty by score, as places among `CERTAIN`; one past the last for never, one more for `ALIKE`."""

    first: tuple[int, ...]
    second: tuple[int, ...]


NEVER: Final = len(CERTAIN)
ONLY_ALIKE: Final = len(CERTAIN) + 1


@dataclass(frozen=True, slots=True)
class _Cells:
    """Items that no rule tells apart, counted once: equal scores and certainties of both judges.

    Attributes:
        names: The scores.
        said: Place of each judge's score among the names, -1 for an abstention, shape (2, C).
        certain: Place of each judge's certainty, shape (2, C).
        share: Share of the pool, shape (C,).
        of_pool: Cell of each item of the pool, shape (N,).
        of_rated: Cell of each rated item, shape (n,).
        right: Whether each judge gives people's value, shape (2, n).
        weight: Inverse inclusion probability of each rated item, shape (n,).
        sure: Whether each judge gives probabilities.
    """

    names: tuple[str, ...]
    said: Places
    certain: Places
    share: Floats
    of_pool: Places
    of_rated: Places
    right: Floats
    weight: Floats
    sure: tuple[bool, bool]

    @classmethod
    def of(cls, pair: Pair, scale: Scale) -> _Cells:
        place = {name: number for number, name in enumerate(scale.names)}
        said = np.array([[place.get(score, -1) for score in pool.scores] for pool in pair.pools], dtype=np.intp)
        certain = np.array([_level_of(pool, scale) for pool in pair.pools], dtype=np.intp)
        kinds, of_pool = np.unique(np.vstack([said, certain]), axis=1, return_inverse=True)
        flat = np.asarray(of_pool).reshape(-1)
        right = [pool.scores[pair.items] == pair.truth for pool in pair.pools]
        weight = np.ones(pair.items.size) if pair.inclusion is None else 1 / pair.inclusion
        return cls(
            names=scale.names,
            said=kinds[:2],
            certain=kinds[2:],
            share=np.bincount(flat, minlength=kinds.shape[1]) / flat.size,
            of_pool=flat,
            of_rated=flat[pair.items],
            right=np.array(right, dtype=np.float64),
            weight=weight,
            sure=(_gives(pair.pools[0]), _gives(pair.pools[1])),
        )

    def routes(self, rules: Sequence[_Rule]) -> NDArray[np.int8]:
        """Who decides each cell under each rule, shape (rules, C)."""
        first = np.array([(*rule.first, NEVER) for rule in rules])[:, self.said[0]]
        second = np.array([(*rule.second, NEVER) for rule in rules])[:, self.said[1]]
        alike = (self.said[0] == self.said[1]) & (self.said[0] >= 0)
        by_first = self.certain[0] >= first
        by_second = (self.certain[1] >= second) | ((second == ONLY_ALIKE) & alike)
        found: NDArray[np.int8] = np.where(by_first, FIRST, np.where(by_second, SECOND, PEOPLE)).astype(np.int8)
        return found

    def lower(self, routes: NDArray[np.int8], half: NDArray[np.bool_], level: float) -> Floats:
        """Lower limit of each rule's agreement by a half of the ratings, shape (rules,).

        What people decide is right; of the rest, Wilson's limit with the effective number of the weights.
        """
        cells, weight = self.of_rated[half], self.weight[half]
        taken = np.zeros((4, self.share.size))
        for row, values in enumerate((weight, weight**2, weight * self.right[0, half], weight * self.right[1, half])):
            taken[row] = np.bincount(cells, weights=values, minlength=self.share.size)
        by = [routes == FIRST, routes == SECOND]
        accepted = by[0] | by[1]
        total, squares = accepted @ taken[0], accepted @ taken[1]
        hits = by[0] @ taken[2] + by[1] @ taken[3]
        share = accepted @ self.share
        known = total > 0
        size = np.where(known, total**2 / np.where(known, squares, 1), 1.0)
        mean = np.where(known, hits / np.where(known, total, 1), 0.0)
        low = np.where(known, wilson_limits(mean * size, size, level)[0], 0.0)
        limit: Floats = 1 - share * (1 - low)
        return limit


def _gives(pool: Pool) -> bool:
    return bool((~np.isnan(pool.probability)).any())


def _rules(cells: _Cells, scale: Scale) -> list[_Rule]:
    """Every rule, but for the one that leaves everything to people."""
    least = [tuple(range(len(CERTAIN))) if sure else (0,) for sure in cells.sure]
    first, second = (*least[0], NEVER), (*least[1], ONLY_ALIKE, NEVER)
    many = len(scale.names)
    if (len(first) * len(second)) ** many > MOST_RULES:
        pairs = product(((each,) * many for each in first), ((each,) * many for each in second))
    else:
        pairs = product(product(first, repeat=many), product(second, repeat=many))
    nothing = ((NEVER,) * many, (NEVER,) * many)
    return [_Rule(one, other) for one, other in pairs if (one, other) != nothing]


def _asked(rule: _Rule, route: NDArray[np.int8], share: Floats) -> tuple[float, float, float]:
    """Shares of the items that the first, the second and people are asked about; who decides nothing is not asked."""
    decided = [float(share[route == who].sum()) for who in (FIRST, SECOND, PEOPLE)]
    to_second = decided[SECOND] > 0
    to_first = decided[FIRST] > 0 or (to_second and ONLY_ALIKE in rule.second)
    return float(to_first), (1 - decided[FIRST]) * to_second, decided[PEOPLE]


def _prices(pair: Pair, cells: _Cells, rules: Sequence[_Rule], routes: NDArray[np.int8]) -> list[tuple[float, ...]]:
    """What is to be least: dollars where all prices are known, else ratings, then questions to the second judge."""
    asked = [_asked(rule, route, cells.share) for rule, route in zip(rules, routes, strict=True)]
    known = [price for price in pair.prices if price is not None]
    if len(known) == len(pair.prices):
        return [(sum(part * price for part, price in zip(each, known, strict=True)),) for each in asked]
    return [(each[PEOPLE], each[SECOND], each[FIRST]) for each in asked]


def _mixture(
    pair: Pair,
    cells: _Cells,
    rule: _Rule,
    route: NDArray[np.int8],
    *,
    target: float,
    agreement: Estimate | Refused,
) -> Mixture:
    asked = _asked(rule, route, cells.share)
    decided = tuple(float(cells.share[route == who].sum()) for who in (FIRST, SECOND, PEOPLE))
    parts = [_part(each, price) for each, price in zip(asked, pair.prices, strict=True)]
    return Mixture(
        target=target,
        judges=pair.judges,
        first=_told(cells, rule.first, cells.said[0, route == FIRST]),
        second=_told(cells, rule.second, cells.said[1, route == SECOND]),
        asked=asked,
        decided=(decided[0], decided[1], decided[2]),
        cost=None if None in parts else 1000 * sum(part for part in parts if part is not None),
        agreement=agreement,
    )


def _part(asked: float, price: float | None) -> float | None:
    if not asked:
        return 0.0
    return None if price is None else asked * price


def _told(cells: _Cells, least: tuple[int, ...], deciding: Places) -> dict[str, float | str]:
    """Score -> the least certainty at which it is taken, for the scores that decide anything."""
    return {
        cells.names[place]: ALIKE if least[place] == ONLY_ALIKE else CERTAIN[least[place]]
        for place in np.unique(deciding).tolist()
    }


def _measured(
    pair: Pair, cells: _Cells, route: NDArray[np.int8], rest: NDArray[np.bool_], level: float
) -> Estimate | Refused:
    """Agreement by the ratings that took no part in choosing: of what judges decide, post-stratified by their score."""
    pool = pair.pools[0]
    who = route[cells.of_pool]
    taken = who != PEOPLE
    said = np.where(who == FIRST, pair.pools[0].scores, pair.pools[1].scores)
    stratum = np.array([f"{by}:{score}" for by, score in zip(who, said, strict=True)], dtype=np.object_)
    inside = rest & taken[pair.items]
    items = pair.items[inside]
    by = who[items]
    right = np.where(by == FIRST, cells.right[0, inside], cells.right[1, inside])
    share = float(taken.mean())
    found = corrected_mean(
        stratum[taken],
        stratum[items],
        right,
        inclusion=None if pair.inclusion is None else pair.inclusion[inside],
        clusters=pool.clusters[items] if pool.has_conversations else None,
        pool_clusters=pool.clusters[taken] if pool.has_conversations else None,
        level=level,
    )
    if isinstance(found, Refused):
        return found
    value, low, high = (1 - share * (1 - each) for each in (found.value, found.low, found.high))
    return Estimate(value, low, high, level, int(rest.sum()), f"mixture, {found.method}", found.sides)
