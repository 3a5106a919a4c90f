"""Orders: one judgement of a pair, made of the two that were asked, each with the responses in another order."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from judge.rubric.pairs import ORDERS, asked_both_ways
from judge.scores import Reason
from judge.store.tables import JUDGE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    Row = Mapping[Any, Any]

PLACE: Final = ("run_id", "fingerprint", "criterion", "record_id")
"""What the rows of one judgement have in common."""

Outcome = tuple[str | None, str | None]
"""Score and reason; the one where the other is missing."""


def repeats_of(content: Mapping[str, Any], turn: int = 0) -> tuple[int, ...]:
    """The repeats that make up a judgement: one, or a pair's two orders.

    Args:
        content: The judge's content.
        turn: How often the judge was asked before.
    """
    orders = len(ORDERS) if asked_both_ways(content) else 1
    return tuple(range(turn * orders, (turn + 1) * orders))


def agreed(orders: Sequence[Outcome]) -> Outcome:
    """What both orders of a pair come to: the score that both have, or why there is none.

    A changed mind is `Reason.ORDERS_DIFFER`; where only one order has a score, the other one's reason stands; an order
    that was never asked leaves the judgement incomplete.
    """
    reason = next((why for score, why in orders if score is None), None)
    if reason is not None:
        return None, reason
    if len(orders) < len(ORDERS):
        return None, Reason.INCOMPLETE
    scores = {score for score, _ in orders}
    return (scores.pop(), None) if len(scores) == 1 else (None, Reason.ORDERS_DIFFER)


def combined(rows: Iterable[Row], *, both: bool, place: Callable[[Row], Any]) -> Iterator[Row]:
    """One row a judgement: what both orders of each pair come to, where both were asked.

    Rationales stand one after the other and say which order they are of, evidence is that of both, and probabilities
    are the mean of the two.

    Args:
        rows: Rows of the judgement table, or some columns of it, those of one judgement together and in order.
        both: Whether the judge was asked in both orders; else every row stands for itself.
        place: What the rows of one judgement have in common.
    """
    if not both:
        yield from rows
        return
    for _, group in groupby(rows, key=place):
        yield one_of(list(group))


def both_ways(connection: Connection) -> frozenset[str]:
    """Fingerprints of all judges that are asked in both orders."""
    query = select(JUDGE.c.fingerprint, JUDGE.c.content)
    return frozenset(fingerprint for fingerprint, content in connection.execute(query) if asked_both_ways(content))


def first_of_each(rows: Iterable[Row], both: Collection[str]) -> Iterator[Row]:
    """The first judgement of each judge in each run of each record on each criterion; of a pair, both orders together.

    Args:
        rows: Rows with `PLACE` and `repeat`, in that order.
        both: Fingerprints of the judges that are asked in both orders.
    """
    for (_, fingerprint, *_), group in groupby(rows, key=itemgetter(*PLACE)):
        mine = [row for row in group if row["repeat"] < (len(ORDERS) if fingerprint in both else 1)]
        if mine:
            yield one_of(mine) if fingerprint in both else mine[0]


def one_of(rows: Sequence[Row]) -> Row:
    """The row that the orders of one pair come to, see `combined`."""
    score, reason = agreed([(row["score"], row["reason"]) for row in rows])
    made = {**rows[0], "score": score, "reason": reason}
    if "rationale" in made:
        made["rationale"] = _told(rows)
    if "evidence" in made:
        quotes = [quote for row in rows for quote in row["evidence"] or ()]
        made["evidence"] = [quote for place, quote in enumerate(quotes) if quote not in quotes[:place]] or None
    if "probabilities" in made:
        made["probabilities"] = _mean([row["probabilities"] for row in rows]) if score is not None else None
    if "contested" in made:
        made["contested"] = next((row["contested"] for row in rows if row["contested"] is not None), None)
    return made


def _told(rows: Sequence[Row]) -> str | None:
    """Both rationales, each with its order and, where it has one, its score; one where they are the same."""
    told = [row["rationale"] for row in rows]
    if len(set(told)) == 1 and len({row["score"] for row in rows}) == 1:
        return str(told[0]) if told[0] else None
    names = ("as shown", "the other way round")
    return "\n".join(
        f"{name}{': ' + str(row['score']) if row['score'] else ''}: {row['rationale'] or row['reason'] or '–'}"
        for name, row in zip(names, rows, strict=False)
    )


def _mean(given: Sequence[Mapping[str, float] | None]) -> dict[str, float] | None:
    known = [each for each in given if each]
    if len(known) < len(given):
        return None
    return {name: sum(each.get(name, 0.0) for each in known) / len(known) for name in known[0]}
