"""Spans: how far raters point at the same stretches of text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np

from judge.errors import UsageError
from judge.stats.agreement import LEAST_UNITS, fisher_limits, jackknife_error, t_value, unseen
from judge.stats.chance import beyond_chance
from judge.stats.intervals import Estimate, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

Kind = Literal["u", "binary", "cu"]

_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Marked:
    """One text and what each rater marked in it.

    Attributes:
        length: Code points in the text.
        spans: One array a rater, shape (spans, 3): start, end (one past the last code point) and value, a role
            numbered from 0; no rows where the rater marked nothing. A rater's spans of one value may overlap, and then
            count as one; spans of different values may not.
        tokens: Start and end of each token, shape (tokens, 2); see `token_bounds`.

    Raises:
        UsageError: A span leaves the text or is empty, or spans of different values overlap.
    """

    length: int
    spans: tuple[Ints, ...]
    tokens: Ints

    def __post_init__(self) -> None:
        object.__setattr__(self, "spans", tuple(_merged(spans, self.length) for spans in self.spans))


def token_bounds(text: str) -> Ints:
    """Start and end of each token in code points, shape (tokens, 2): runs of word characters, other signs one each."""
    return np.array([match.span() for match in _TOKEN.finditer(text)], dtype=np.int64).reshape(-1, 2)


def token_f1(
    texts: Sequence[Marked],
    *,
    against: int | None = None,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate | Refused:
    """Mean F1 of the tokens that two raters mark, 2|A∩B|/(|A|+|B|), averaged over pairs of raters, then texts.

    A token is marked where any of its code points is. On spans F1 is what kappa tends to as the unmarked rest grows:
    Hripcsak and Rothschild (2005), J Am Med Inform Assoc 12: 296-298. Pairs who both marked nothing show nothing about
    where, and are left out: whether to mark at all is the item's score. Limits by jackknife over texts, or whole
    clusters, on the logit.

    Args:
        texts: What was marked in each text.
        against: Index of one rater, in every text, to compare with each of the others (a judge); unless given, all
            pairs.
        clusters: Conversation of each text, shape (texts,).
        level: Confidence level.

    Returns:
        The estimate; `n` counts texts with a pair of which one marked something. Refused with fewer than ten.
    """
    scores = np.array([_text_f1(text, against) for text in texts], dtype=np.float64).reshape(-1)
    kept = ~np.isnan(scores)
    rows = np.column_stack([scores[kept], np.ones(int(kept.sum()))])
    return _limits(
        "token F1",
        rows,
        lambda sums: np.asarray(sums[..., 0] / sums[..., 1]),
        None if clusters is None else np.asarray(clusters)[kept],
        level=level,
        floor=0.0,
    )


def unitized_alpha(
    texts: Sequence[Marked],
    kind: Kind = "binary",
    *,
    raters: Sequence[int] | None = None,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate | Refused:
    """Krippendorff's alpha for unitized text: agreement on what was marked where, beyond chance.

    Krippendorff, Mathet, Bouvry and Widlöcher (2016), Quality & Quantity 50: 2347-2364; Krippendorff (2019), Content
    Analysis, 4th ed., section 12.6. ℓ_ck adds up the lengths of intersections of stretches of value c by one rater with
    stretches of value k by another, over m - 1 (eq. 32); gaps between spans are a value of their own. Chance pairs
    lengths at random, except that a span is not paired with itself:
    ε_ck = ℓ..(ℓ_c ℓ_k - [c=k] Σ L²)/(ℓ..² - ΣΣ L²), with L² of each span and L of each gap (eq. 33).
    α = 1 - (ℓ.. - Σℓ_cc)/(ℓ.. - Σε_cc) (eq. 34).

    Kinds: ``"u"`` where and with which value; ``"binary"``, |uα, marked or not (eq. 35); ``"cu"``, only the values
    where both marked something (eqs. 36 and 37), with L a span's mean pairable length: its intersections with the
    others' spans over m - 1. Several texts are one continuum with no span across its joints. This definition replaces
    that of Krippendorff (1995), which misbehaves with more than two raters.

    Args:
        texts: What was marked in each text.
        kind: Which of the family.
        raters: Indices of the raters to compare, in every text; unless given, all.
        clusters: Conversation of each text, shape (texts,).
        level: Confidence level.

    Returns:
        The estimate, with limits by jackknife over texts, or whole clusters, on Fisher's z; refused with fewer than ten
        texts that two raters marked up, and where only one value (or nothing, or everything) was ever marked.
    """
    chosen = [_chosen(text, raters) for text in texts]
    kept = np.array([len(text.spans) > 1 for text in chosen], dtype=bool)
    used = [text for text, keep in zip(chosen, kept, strict=True) if keep]
    q = 2 + max((int(spans[:, 2].max()) for text in used for spans in text.spans if len(spans)), default=0)
    rows = np.array([_lengths(text, q, kind) for text in used], dtype=np.float64).reshape(len(used), q * q + q)
    groups = None if clusters is None else np.asarray(clusters)[kept]
    return _limits(
        f"unitized alpha ({kind})", rows, lambda sums: _alpha(sums, q, kind), groups, level=level, floor=-1.0
    )


def _merged(spans: ArrayLike, length: int) -> Ints:
    table = np.asarray(spans, dtype=np.int64).reshape(-1, 3)
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    out: list[list[int]] = []
    for start, end, value in table.tolist():
        if not 0 <= start < end <= length or value < 0:
            raise UsageError(
                f"the span {start} to {end} of value {value} is no stretch of a text of {length} code points",
                hint="count code points from 0, end one past the last, and number values from 0",
            )
        if out and start < out[-1][1]:
            if value != out[-1][2]:
                raise UsageError(
                    f"one rater's spans of values {out[-1][2]} and {value} overlap at code point {start}",
                    hint="compare the roles one at a time",
                )
            out[-1][1] = max(out[-1][1], end)
        else:
            out.append([start, end, value])
    return np.array(out, dtype=np.int64).reshape(-1, 3)


def _chosen(text: Marked, raters: Sequence[int] | None) -> Marked:
    return text if raters is None else Marked(text.length, tuple(text.spans[i] for i in raters), text.tokens)


def _text_f1(text: Marked, against: int | None) -> float:
    touched = [_touched(spans, text.tokens) for spans in text.spans]
    pairs = list(combinations(range(len(touched)), 2))
    scores = [_f1(touched[i], touched[j]) for i, j in pairs if against is None or against in {i, j}]
    defined = [score for score in scores if score is not None]
    return float(np.mean(defined)) if defined else float("nan")


def _touched(spans: Ints, tokens: Ints) -> NDArray[np.bool_]:
    overlap = (spans[:, None, 0] < tokens[None, :, 1]) & (tokens[None, :, 0] < spans[:, None, 1])
    return np.asarray(overlap.any(axis=0))


def _f1(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float | None:
    total = int(one.sum() + other.sum())
    return 2 * int((one & other).sum()) / total if total else None


def _lengths(text: Marked, q: int, kind: Kind) -> Floats:
    """ℓ_ck, shape (q·q,), then what self-pairing takes off each value, shape (q,); value 0 is the gap."""
    m = len(text.spans)
    value = np.zeros((m, text.length), dtype=np.int64)
    for rater, spans in enumerate(text.spans):
        for start, end, mark in spans:
            value[rater, start:end] = mark + 1
    counts = np.stack([(value == v).sum(axis=0) for v in range(q)]).astype(np.float64)
    pairs = (counts @ counts.T - np.diag(counts.sum(axis=1))) / (m - 1)
    marked = (value > 0).sum(axis=0)
    off = np.zeros(q)
    off[0] = counts[0].sum()
    for spans in text.spans:
        for start, end, mark in spans:
            # Every code point of the span is marked by this rater; the others' marks are the pairable part.
            pairable = float((marked[start:end] - 1).sum()) / (m - 1)
            off[mark + 1] += pairable**2 if kind == "cu" else float(end - start) ** 2
    return np.concatenate([pairs.ravel(), off])


def _alpha(sums: Floats, q: int, kind: Kind) -> Floats:
    pairs, off = sums[..., : q * q].reshape(*sums.shape[:-1], q, q), sums[..., q * q :]
    if kind == "cu":
        pairs, off = pairs[..., 1:, 1:], off[..., 1:]
    total = pairs.sum(axis=(-2, -1))
    single = pairs.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 1 / (total - off.sum(axis=-1) / total)
        if kind == "binary":
            observed = 2 * (single[..., 0] - pairs[..., 0, 0])
            expected = 2 * single[..., 0] * single[..., 1:].sum(axis=-1) * scale
        else:
            observed = total - np.trace(pairs, axis1=-2, axis2=-1)
            expected = total - (single**2 - off).sum(axis=-1) * scale
        return beyond_chance(1 - observed / total, 1 - expected / total)


def _limits(
    name: str,
    rows: Floats,
    of: Callable[[Floats], Floats],
    groups: NDArray[np.generic] | None,
    *,
    level: float,
    floor: float,
) -> Estimate | Refused:
    blocks = rows
    if groups is not None and len(rows):
        _, code = np.unique(groups, return_inverse=True)
        blocks = np.zeros((int(code.max()) + 1, rows.shape[1]))
        np.add.at(blocks, code, rows)
    what = "texts" if groups is None else "conversations"
    if len(blocks) < LEAST_UNITS:
        more = LEAST_UNITS - len(blocks)
        return Refused(
            f"too few units: {len(blocks)} {what} that two raters marked up",
            f"have two people mark up {more} more {what}",
            name,
            more=more,
        )
    total = blocks.sum(axis=0)
    value, without = float(of(total)), of(total - blocks)
    if not np.isfinite(value):
        return Refused(
            "undefined: nothing, everything, or one value only was marked, so chance alone would agree as well",
            "mark up texts in which raters point at some parts and not at others",
            name,
        )
    if not np.isfinite(without).all():
        return Refused("undefined without a single text: all marks stand in it", f"mark up more {what}", name)
    error = jackknife_error(without, np.ones(len(blocks), dtype=np.intp))
    if value >= 1 or error == 0 or value <= floor:
        # No text differs from the others: as if the share that could have gone unseen were wholly otherwise.
        share = unseen(len(blocks), level)
        low, high = max(floor, value - share * (value - floor)), min(1.0, value + share * (1 - value))
    else:
        low, high = fisher_limits(value, error, t_value(level, len(blocks) - 1), floor)
    over = "texts" if groups is None else "clusters"
    return Estimate(value, min(low, value), max(high, value), level, len(rows), f"{name}; jackknife over {over}")
