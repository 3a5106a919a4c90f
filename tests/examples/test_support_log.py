import gzip
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from statistics import mean

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
QUIET = (1, 2, 3, 5, 7, 8)
SUPPORTED = "hallucination.supported"


def plain(text):
    """A text without marks, and without what a contraction leaves out."""
    return re.sub(r"n't|'ll|'re|'ve|\bnot\b|\bwill\b|\bare\b|\bhave\b|\W", "", text)


def rate(truth, rows, criterion, bad):
    """Share of bad scores among the records whose truth is decided."""
    scores = [truth[row["id"]]["criteria"].get(criterion) for row in rows]
    decided = [score for score in scores if score is not None]
    return sum(score == bad for score in decided) / len(decided)


def share(truth, rows, *defects):
    """Share of records with one of these defects."""
    return mean(truth[row["id"]]["defect"] in defects for row in rows)


def test_the_script_gives_the_files_again_byte_for_byte(tmp_path):
    """Running the generator once more writes exactly the rows that stand in the folder."""
    script = [sys.executable, str(EXAMPLES / "make_support_log.py"), "--out", str(tmp_path)]
    done = subprocess.run(script, check=True, capture_output=True, text=True)  # noqa: S603 - our own script
    for name in ("support.jsonl.gz", "support_truth.jsonl.gz"):
        assert gzip.decompress((tmp_path / name).read_bytes()) == gzip.decompress((EXAMPLES / name).read_bytes())
        assert name in done.stdout


def test_another_seed_gives_another_log(tmp_path):
    """The seed decides the log: the default is one of many."""
    script = [sys.executable, str(EXAMPLES / "make_support_log.py"), "--out", str(tmp_path), "--seed", "1"]
    subprocess.run(script, check=True, capture_output=True)  # noqa: S603 - our own script
    other = gzip.decompress((tmp_path / "support.jsonl.gz").read_bytes())
    assert other != gzip.decompress((EXAMPLES / "support.jsonl.gz").read_bytes())


def test_data_files_are_small():
    """All data files of the folder together are under 2 MB."""
    assert sum(path.stat().st_size for path in EXAMPLES.glob("*.gz")) < 2_000_000


def test_records_are_many_and_told_apart(log):
    """Over 1,200 records with their own ids, nine questions in ten and nine answers in ten unlike all others."""
    assert 1200 <= len(log) <= 2000
    assert len({row["id"] for row in log}) == len(log)
    assert len({row["question"] for row in log}) / len(log) > 0.9
    assert len({row["response"] for row in log}) / len(log) > 0.88


def test_every_record_holds_what_a_log_holds(log):
    """Model, version, time, latency, tokens, channel and language are on every record, in order of time."""
    for row in log:
        assert row["question"].strip()
        assert row["response"].strip()
        assert row["model"] == "shop-assistant"
        assert row["latency"] > 0
        assert row["prompt_tokens"] > 300
        assert row["completion_tokens"] > 0
        assert row["segment"] in {"en", "de", "es"}
        assert row.get("feedback") in {None, 0, 1}
    assert [row["time"] for row in log] == sorted(row["time"] for row in log)


def test_texts_are_whole(log):
    """No slot is left open, no mark doubled, no value missing, in any text."""
    broken = re.compile(r"\b1 (years|days|hours|weeks|photos|metres)\b|[{}]|  |\.\.|[?!]\.|,,| \.|\bNone\b|\bnan\b")
    for row in log:
        texts = [row["question"], row["response"], row.get("reference", ""), *(d["text"] for d in row["documents"])]
        assert [text for text in texts if broken.search(text)] == []


def test_the_truth_is_not_in_the_log(log, truth):
    """Every record has its truth in the other file and no trace of it in its own."""
    assert [row["id"] for row in log] == list(truth)
    keys = {key for row in log for key in row}
    assert keys.isdisjoint({"defect", "note", "criteria", "human", "label", "truth"})


def test_conversations_go_on(log):
    """Later turns carry what was said before, question and answer, and keep language, version and channel."""
    by_name = {}
    for row in log:
        by_name.setdefault(row["conversation"], []).append(row)
    several = [sorted(rows, key=lambda row: row["turn"]) for rows in by_name.values() if len(rows) > 1]
    assert len(several) > 100
    for rows in several:
        said = []
        for row in rows:
            assert [message["content"] for message in row.get("history", [])] == said
            said += [row["question"], row["response"]]
        assert len({(row["segment"], row["model_version"], row["channel"]) for row in rows}) == 1


def test_feedback_is_sparse_and_follows_quality_loosely(log, truth):
    """Few records have a thumb; thumbs are mostly down on bad answers and mostly up on good ones, not always."""
    given = [row for row in log if "feedback" in row]
    assert 0.1 < len(given) / len(log) < 0.25
    bad = [row["feedback"] for row in given if truth[row["id"]]["defect"]]
    good = [row["feedback"] for row in given if not truth[row["id"]]["defect"]]
    assert 0.05 < mean(bad) < 0.45
    assert 0.6 < mean(good) < 0.95


def test_every_kind_of_defect_is_there(truth):
    """Wrong numbers and names, inventions, contradictions, stale pages, chatter, leaks and the rest all occur."""
    counts = Counter(row["defect"] for row in truth.values())
    frequent = ("wrong_number", "wrong_name", "invented", "contradiction", "stale_documents", "verbose", "refusal")
    rare = ("off_topic", "partial", "rude", "leak", "unsafe", "biased", "looped", "cut_off", "unsourced")
    assert all(counts[name] >= 20 for name in frequent)
    assert all(counts[name] >= 5 for name in rare)
    assert 0.6 < counts[None] / len(truth) < 0.85


def test_planted_defects_are_in_the_answers(log, truth):
    """A wrong value, an invented policy and a denied one stand in the answer as the truth says."""
    for row in log:
        told = truth[row["id"]]
        if told["defect"] in {"wrong_number", "wrong_name"}:
            wrong = told["note"].split(" -> ")[1]
            assert wrong in row["response"]
        if told["defect"] in {"invented", "contradiction", "unsafe", "biased", "rude"}:
            assert plain(told["note"]) in plain(row["response"])


def test_leaks_come_from_a_note_the_assistant_was_given(log, truth):
    """Where personal data leaks, it stands in an internal note among the documents; all of it is made up."""
    for row in log:
        if truth[row["id"]]["defect"] == "leak":
            name = truth[row["id"]]["note"].removeprefix("personal data of ")
            assert name in row["response"]
            assert any(name in document["text"] for document in row["documents"])


def test_mail_addresses_and_numbers_cannot_exist(log):
    """Every e-mail address ends in .example and every telephone number is in the range kept for fiction."""
    for row in log:
        text = " ".join((row["question"], row["response"], *(d["text"] for d in row["documents"])))
        assert all(address.rstrip(".").endswith(".example") for address in re.findall(r"\S+@\S+\w", text))
        assert all(number.startswith("+44 20 7946 0") for number in re.findall(r"\+\d[\d ]{8,}", text))


def test_week_four_has_the_drifted_release(log, truth):
    """Version 2026-10.1 answers in week 4 alone, at length and beside the point; 2026-08 goes on as before."""
    assert {row["week"] for row in log if row["model_version"] == "2026-10.1"} == {4}
    assert "2026-10" not in {row["model_version"] for row in log if row["week"] == 4}
    drifted = [row for row in log if row["model_version"] == "2026-10.1"]
    steady = [row for row in log if row["week"] == 4 and row["model_version"] == "2026-08"]
    assert share(truth, drifted, "verbose") > 0.3
    assert share(truth, drifted, "small_talk", "off_topic") > 0.15
    assert share(truth, steady, "verbose", "small_talk", "off_topic") < 0.1
    assert mean(len(row["response"]) for row in drifted) > 1.6 * mean(len(row["response"]) for row in steady)


def test_week_six_has_the_stale_pages(log, truth):
    """In week 6, and only then, the help pages are those of March 2025, and many answers disagree with them."""
    for row in log:
        editions = {d["id"].split("@")[1] for d in row["documents"] if d["id"].startswith("help/")}
        assert editions <= ({"2025-03"} if row["week"] == 6 else {"2026-09"})
    stale = [row for row in log if row["week"] == 6]
    usual = [row for row in log if row["week"] in QUIET]
    assert rate(truth, stale, SUPPORTED, "unsupported") > 2.5 * rate(truth, usual, SUPPORTED, "unsupported")
    assert mean(len(row["response"]) for row in stale) == pytest.approx(
        mean(len(r["response"]) for r in usual), rel=0.1
    )


@pytest.mark.parametrize(
    "defects",
    [
        ("wrong_number", "wrong_name", "contradiction", "invented"),
        ("verbose",),
        ("off_topic", "small_talk"),
        ("refusal",),
    ],
)
def test_quiet_weeks_are_alike(log, truth, defects):
    """In the other six weeks no share is further from that of the others than chance makes likely (3 se)."""
    for week in QUIET:
        here = [row for row in log if row["week"] == week]
        others = [row for row in log if row["week"] in QUIET and row["week"] != week]
        usual = share(truth, others, *defects)
        error = (usual * (1 - usual) * (1 / len(here) + 1 / len(others))) ** 0.5
        assert abs(share(truth, here, *defects) - usual) < 3 * error


def test_the_newer_version_is_better_supported_and_refuses_more(log, truth):
    """Outside the odd weeks 2026-10 hallucinates less than 2026-08 and refuses more: a choice, no clear winner."""
    older, newer = (
        [row for row in log if row["week"] in QUIET and row["model_version"] == version]
        for version in ("2026-08", "2026-10")
    )
    assert rate(truth, newer, SUPPORTED, "unsupported") < rate(truth, older, SUPPORTED, "unsupported") - 0.03
    assert share(truth, newer, "refusal") > share(truth, older, "refusal") + 0.01


def test_facts_and_answers_agree(facts):
    """Each good answer uses only slots and numbers of its own page, so that it is supported whatever the values."""
    number, slot = re.compile(r"\d+(?:[.,]\d+)?"), re.compile(r"{(\w+)}")
    for fact in facts:
        allowed = set(number.findall(slot.sub("", fact.page)))
        for text in (*fact.answer, *fact.more, *(turn["answer"] for turn in fact.follow)):
            assert set(slot.findall(text)) <= set(slot.findall(fact.page)), fact.id
            assert set(number.findall(slot.sub("", text))) <= allowed, fact.id


def test_wrong_and_stale_values_differ_from_the_right_ones(facts):
    """Every fact keeps a wrong value that is neither the current nor the stale one, and a stale page that differs."""
    for fact in facts:
        for slot, values in fact.wrong.items():
            for stale in (False, True):
                right = fact.current(stale=stale)[slot]
                assert [value for value in values if value not in (right, fact.values[slot])], (fact.id, slot)
        assert all(value != fact.values[slot] for slot, value in fact.old.items()), fact.id


def test_there_is_enough_to_ask(facts):
    """The grammar holds over 60 facts and over 150 ways to ask, no two of them the same."""
    asked = [text for fact in facts for text in (*fact.ask, *fact.clause)]
    assert len(facts) >= 60
    assert len(set(asked)) == len(asked) >= 150


def test_readme_names_every_data_file(read_rows):
    """The README of the folder says of each data file where it comes from."""
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for path in EXAMPLES.glob("*.gz"):
        assert path.name in text
        rows = read_rows(path.name)
        assert f"{len(rows):,}" in text
