"""Judge two answers from Python, offline. Run: python examples/quickstart.py."""

import judge

DOCUMENT = judge.Document("Items may be returned within 30 days of delivery. Return shipping is free within the EU.")

RECORDS = [
    judge.Record(id="good", question="How long may I return it?", response="Within 30 days.", documents=(DOCUMENT,)),
    judge.Record(id="bad", question="How long may I return it?", response="Within 90 days.", documents=(DOCUMENT,)),
]


def main() -> None:
    """Print what the embedded judge says, and what its figures are worth."""
    judged = judge.judge_records(RECORDS, "hallucination", model="baseline")
    for each in judged.judgements:
        print(f"{each.record_id}: {each.score} ({each.rationale})")
    for criterion in judged.summary.criteria:
        print(f"raw rate of {'/'.join(criterion.positive)}: {criterion.raw_rate:.0%}, {criterion.status}")


if __name__ == "__main__":
    main()
