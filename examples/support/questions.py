"""Questions: how customers write about a fact, politely or not, with typos or without."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from support.facts import chance

if TYPE_CHECKING:
    from random import Random

    from support.facts import Fact

_LOWER_START = re.compile(
    r"^(?=(How|What|Where|When|Can|Do|Does|Is|Are|Which|Who|Until|Why|Will|Up|By|If|My|There|Could|Please|Your|"
    r"The|An|From|At|For|Nowhere|Someone|Quick|We|It|This|Our|Ordered|Wrong|Part|Water|Nobody)\b)"
)
_LONG = 4
_NEAR = {"a": "s", "e": "r", "i": "o", "o": "p", "n": "m", "t": "r", "s": "d", "l": "k", "r": "t", "u": "i"}


@dataclass(frozen=True)
class Customer:
    """Who writes, about which item, in which mood and through which channel."""

    language: str
    name: str
    channel: str
    item: str
    order: str
    colour: str
    city: str
    weekday: str
    angry: bool


def draw_customer(rng: Random, phrases: dict[str, Any], fact: Fact) -> Customer:
    """A customer with a question about this fact."""
    world = phrases["world"]
    kinds = fact.items or list(world["items"])
    return Customer(
        language=fact.language,
        name=rng.choice(world["names"][fact.language]),
        channel=rng.choices(("chat", "app", "email"), (50, 25, 25))[0],
        item=rng.choice(world["items"][rng.choice(kinds)]),
        order=f"TF-{rng.randrange(200000, 260000)}",
        colour=rng.choice(world["colours"]),
        city=rng.choice(world["cities"]),
        weekday=rng.choice(world["weekdays"][fact.language]),
        angry=chance(rng, 0.11),
    )


def first_question(
    rng: Random, phrases: dict[str, Any], who: Customer, fact: Fact, second: Fact | None
) -> tuple[str, str]:
    """The opening message of a conversation, about one fact or two, and the bare question in it."""
    words = phrases[who.language]
    bare = ask = _ask(rng, words, fact, second)
    context = _context(rng, fact, ask)
    if who.angry:
        ask = _rage(rng, words, ask)
    text = _frame(rng, words, who, context, ask)
    return _slip(rng, who, _insert(text, who)), bare


def next_question(rng: Random, phrases: dict[str, Any], who: Customer, fact: Fact) -> str:
    """A later message of a conversation, about a fact not yet asked for."""
    words = phrases[who.language]
    text = rng.choice(words["ask_next"]).format(clause=rng.choice(fact.clause))
    return _slip(rng, who, _insert(text, who))


def _ask(rng: Random, words: dict[str, Any], fact: Fact, second: Fact | None) -> str:
    if second is None:
        if chance(rng, 0.62):
            return rng.choice(fact.ask)
        return rng.choice(words["ask_clause"]).format(clause=rng.choice(fact.clause))
    two = rng.choice(second.clause)
    if chance(rng, 0.5):
        return rng.choice(words["ask_both"]).format(one=rng.choice(fact.clause), two=two)
    return f"{_stop(rng.choice(fact.ask))} {rng.choice(words['ask_also']).format(clause=two)}"


def _context(rng: Random, fact: Fact, ask: str) -> str:
    fitting = [line for line in fact.context if not ("item}" in ask and "item}" in line)]
    fitting = [line for line in fitting if not ("{order}" in ask and "{order}" in line)]
    return rng.choice(fitting) if fitting and chance(rng, 0.34) else ""


def _rage(rng: Random, words: dict[str, Any], ask: str) -> str:
    line = rng.choice(words["angry"])
    if chance(rng, 0.2) and "{" not in ask:
        ask = ask.upper()
    return f"{line} {ask}" if chance(rng, 0.5) else f"{_stop(ask)} {line}"


def _frame(rng: Random, words: dict[str, Any], who: Customer, context: str, ask: str) -> str:
    body = f"{context} {ask}".strip() if chance(rng, 0.9) else f"{_stop(ask)} {context}".strip()
    if who.channel == "email":
        bye = f"{rng.choice(words['bye'])}\n" if chance(rng, 0.5) else ""
        return f"{rng.choice(words['dear'])},\n\n{_stop(body)}\n\n{bye}{rng.choice(words['regards'])}\n{who.name}"
    if who.channel == "chat" and chance(rng, 0.5):
        hello = rng.choice(words["hello"])
        body = f"{hello}, {_lowered(body)}" if who.language == "en" and chance(rng, 0.6) else f"{hello}. {body}"
    if chance(rng, 0.2):
        body = f"{_stop(body)} {rng.choice(words['bye'])}"
    return body


def _insert(text: str, who: Customer) -> str:
    article = "an" if who.item[0] in "AEIOU" else "a"
    slots = {"item": who.item, "an_item": f"{article} {who.item}", "order": who.order}
    slots |= {"colour": who.colour, "city": who.city, "weekday": who.weekday}
    return re.sub(r"{(\w+)}", lambda slot: slots[slot[1]], text)


def _slip(rng: Random, who: Customer, text: str) -> str:
    """What haste does to a message: lower case, a lost full stop, typos."""
    if who.channel != "email" and chance(rng, 0.16):
        text = re.sub(r"[.!]$", "", text) if text.isupper() else re.sub(r"[.!]$", "", text.lower())
        text = re.sub(r"\btf-(?=\d)", "TF-", text)
    if who.channel != "email" and chance(rng, 0.05):
        text = _shout_one(rng, text)
    if chance(rng, 0.1):
        for _ in range(rng.choice((1, 1, 2, 3))):
            text = _typo(rng, text)
    return text


def _shout_one(rng: Random, text: str) -> str:
    words = text.split(" ")
    places = [place for place, word in enumerate(words) if word.isalpha() and len(word) >= _LONG]
    if places:
        place = rng.choice(places)
        words[place] = words[place].upper()
    return " ".join(words)


def _typo(rng: Random, text: str) -> str:
    words = text.split(" ")
    places = [place for place, word in enumerate(words) if len(word) > _LONG and word.isalpha() and word.islower()]
    if not places:
        return text
    place = rng.choice(places)
    word = words[place]
    at = rng.randrange(1, len(word) - 1)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    lost = word[:at] + word[at + 1 :]
    doubled = word[:at] + word[at] + word[at:]
    missed = word[:at] + _NEAR.get(word[at], word[at]) + word[at + 1 :]
    words[place] = rng.choices((swapped, lost, doubled, missed), (40, 30, 15, 15))[0]
    return " ".join(words)


def _stop(text: str) -> str:
    """The text with a mark at its end, so that another sentence can follow."""
    return text if text.endswith((".", "?", "!", "\n")) else f"{text}."


def _lowered(text: str) -> str:
    return text[0].lower() + text[1:] if _LOWER_START.match(text) and not text.isupper() else text
