from pathlib import Path
from statistics import mean

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "explanation" / "demo-data.md").read_text(encoding="utf-8")
COLUMNS = (("off_topic", "small_talk"), ("verbose",), ("refusal",))


@pytest.fixture
def unsupported(truth):
    """Share of unsupported answers among those where it is decided, as the page writes it."""

    def share(rows):
        scores = [truth[row["id"]]["criteria"].get("hallucination.supported") for row in rows]
        decided = [score for score in scores if score is not None]
        return f"{sum(score == 'unsupported' for score in decided) / len(decided):.1%}".replace("%", " %")

    return share


@pytest.fixture
def share(truth):
    """Share of records with one of some defects, as the page writes it."""

    def share_of(rows, *defects):
        return f"{mean(truth[row['id']]['defect'] in defects for row in rows):.1%}".replace("%", " %")

    return share_of


@pytest.mark.parametrize("week", range(1, 9))
def test_the_table_of_weeks_is_what_the_files_hold(log, share, unsupported, week):
    """Every figure of the week's row comes out of the log and its truth."""
    rows = [row for row in log if row["week"] == week]
    cells = [unsupported(rows), *(share(rows, *column) for column in COLUMNS)]
    length = mean(len(row["response"]) for row in rows)
    assert f"| {week} | {' | '.join(cells)} | {length:.0f} |" in PAGE


def test_the_table_of_properties_is_what_the_file_holds(log, truth):
    """Counts and shares of the page are those of the log."""

    def percent(part):
        return f"{part / len(log):.1%}".replace("%", " %")

    languages = ", ".join(percent(sum(row["segment"] == name for row in log)) for name in ("en", "de", "es"))
    assert f"| records | {len(log):,} |" in PAGE
    assert f"| conversations | {len({row['conversation'] for row in log}):,} |" in PAGE
    assert f"| distinct questions | {percent(len({row['question'] for row in log}))} |" in PAGE
    assert f"| distinct answers | {percent(len({row['response'] for row in log}))} |" in PAGE
    assert f"| records with a planted defect | {percent(sum(bool(t['defect']) for t in truth.values()))} |" in PAGE
    assert f"| records with a reference | {percent(sum('reference' in row for row in log))} |" in PAGE
    assert f"| records with feedback | {percent(sum('feedback' in row for row in log))} |" in PAGE
    assert f"| English, German, Spanish | {languages} |" in PAGE


def test_the_versions_are_compared_as_the_files_have_it(log, share, unsupported):
    """The four figures of the comparison of versions come out of the log and its truth."""
    usual = [row for row in log if row["week"] not in {4, 6}]
    older, newer = ([row for row in usual if row["model_version"] == name] for name in ("2026-08", "2026-10"))
    text = " ".join(PAGE.split())
    assert f"2026-08 makes unsupported claims in {unsupported(older)} of its answers" in text
    assert f"and 2026-10 in {unsupported(newer)};" in text
    assert f"2026-10 refuses without need in {share(newer, 'refusal')}, 2026-08 in {share(older, 'refusal')}." in text


def test_every_defect_is_explained(truth):
    """Each planted defect has its row in the page's table."""
    assert all(f"`{row['defect']}`" in PAGE for row in truth.values() if row["defect"])
