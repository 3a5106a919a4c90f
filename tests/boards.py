"""A board to be drawn: eight weeks of a shop's answers, with what moved in them."""

from datetime import UTC, datetime, timedelta

from judge.monitoring.alert import Advice, Alert, Evidence, Example, Kind, State
from judge.monitoring.board import Board, Panel, Point, Span

START = datetime(2026, 1, 5, tzinfo=UTC)
WEEK = timedelta(days=7)
RATES = (0.062, 0.058, 0.065, 0.118, 0.124, 0.171, 0.096, 0.091)
LATENCY = (0.82, 0.85, 0.81, 1.3, 1.34, 1.29, 1.31, 1.28)


def make_board(hostile=""):
    """The board; whatever a record or rubric may say is given `hostile` besides."""
    points = tuple(
        Point(n, START + n * WEEK, START + (n + 1) * WEEK, 700, rate, rate - 0.02, rate + 0.026, rate * 1.7)
        for n, rate in enumerate(RATES)
    )
    raw = tuple(
        Point(n, START + n * WEEK, START + (n + 1) * WEEK, 700, rate * 2, None, None, rate * 2)
        for n, rate in enumerate(RATES)
        if n != 4
    )
    latency = tuple(Point(n, START + n * WEEK, START + (n + 1) * WEEK, 800, v) for n, v in enumerate(LATENCY))
    alert = Alert(
        key="model:version=v2",
        kind=Kind.MODEL,
        level="alert",
        title="Since v2 came on 26 January, 11.8 % of answers are unsupported [9.8 %, 14.4 %]; before it were 6.5 %"
        + hostile,
        detail="Answers are 1.9 times as long, and the judge's anchors have not moved: it is the system." + hostile,
        number=3,
        start=START + 3 * WEEK,
        end=START + 4 * WEEK,
        opened=START + 4 * WEEK,
        updated=START + 8 * WEEK,
        evidence=(Evidence("response_length", "Answers have 142 words; before, 74." + hostile),),
        examples=(Example(1, "r1" + hostile, "It is a wonderful question, and …" + hostile),),
        advice=(Advice("roll_back", "Roll back to v1, whose bound of 10 % held in every window."),),
        windows=5,
    )
    closed = Alert(
        key="data:documents",
        kind=Kind.DATA,
        level="warn",
        title="The documents of week 6 are older than those before",
        detail="A third of them name prices that the others do not.",
        number=5,
        start=START + 5 * WEEK,
        end=START + 6 * WEEK,
        opened=START + 6 * WEEK,
        updated=START + 7 * WEEK,
        closed=START + 7 * WEEK,
        state=State.RESOLVED,
    )
    return Board(
        watch="shop" + hostile,
        dataset="support",
        judge="openai/gpt-5-mini",
        start=START,
        end=START + 8 * WEEK,
        level=0.95,
        records=6_400,
        judged=5_600,
        panels=(
            Panel(
                "hallucination.supported",
                "unsupported",
                points,
                percent=True,
                ends=(0.0, 1.0),
                limits=(0.1,),
                judged=True,
            ),
            Panel(
                "relevance.relevance",
                "irrelevant",
                raw,
                percent=True,
                ends=(0.0, 1.0),
                uncalibrated="nobody has rated what this judge judged",
                judged=True,
            ),
            Panel("latency", "latency", latency, unit="s"),
            Panel("response_length", "words of a response", tuple(latency), unit="words"),
            Panel("feedback", "thumbs up", tuple(latency[:3]), percent=False),
        ),
        spans=(
            Span("v1" + hostile, START, START + 4 * WEEK, 3_000),
            Span("v2", START + 3 * WEEK, START + 8 * WEEK, 3_400),
        ),
        alerts=(alert, closed),
        made=START + 8 * WEEK,
    )
