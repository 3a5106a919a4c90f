"""The mix of questions, in words: what the sides were asked differently, and what they were adjusted to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from judge.reports import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.comparing.found import Compared
    from judge.comparing.mix import Difference, Mix

TOLD: Final = 3
"""Kinds whose shares are told."""


def warnings(compared: Compared) -> list[str]:
    """That the sides were asked differently, in what, and what to do about it."""
    return [_differs(each, compared.names) for each in compared.differing]


def _differs(found: Difference, names: Sequence[str]) -> str:
    told = []
    for value, shares in found.values:
        sides = (f"{words.share(share)} of {name}" for share, name in zip(shares, names, strict=True))
        told.append(f"{value}: {', '.join(sides)}")
    p = "< 0.001" if found.p < 0.001 else f"{found.p:.3f}"  # noqa: PLR2004 - three digits are shown
    advice = f"add --adjust {found.field}" if found.adjustable else "compare on the same questions"
    return f"the sides were not asked the same: {found.field} differs (p {p}; {'; '.join(told)}); {advice}"


def how(compared: Compared) -> list[str]:
    """What the sides were adjusted to, or that nothing was seen to differ."""
    if compared.mix is not None:
        return [_adjusted(compared.mix, compared.names)]
    if compared.pairing.paired or compared.differing:
        return []
    return ["no difference was seen in what the sides were asked (segment, metadata, length of the question)"]


def _adjusted(mix: Mix, names: Sequence[str]) -> str:
    most = sorted(mix.shares.items(), key=lambda each: -each[1])[:TOLD]
    told = ", ".join([f"{kind} {words.share(share)}" for kind, share in most] + ["..."] * (len(mix.shares) > TOLD))
    left = [f"{n:,} records of {name}" for n, name in zip(mix.left_out, names, strict=True) if n]
    lacking = f"; left out, since not all sides have their kind: {' and '.join(left)}" if left else ""
    return (
        f"corrected differences, and people's alone, are at one mix of {' and '.join(mix.fields)} ({told}){lacking}; "
        "each side's own figures are as they are"
    )


def to_json(compared: Compared) -> dict[str, Any]:
    """Both for machines."""
    mix = compared.mix
    return {
        "asked_differently": [
            {"field": each.field, "p": each.p, "shares": {value: list(shares) for value, shares in each.values}}
            for each in compared.differing
        ],
        "adjusted": mix and {"by": list(mix.fields), "shares": mix.shares, "left_out": list(mix.left_out)},
    }
