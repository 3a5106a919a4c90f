import pytest

from provider.server import Provider
from provider.storm import KINDS, specs, through


@pytest.mark.slow
async def test_every_record_is_accounted_for(db):
    """Whatever befalls a record, it has a score or a reason, and requests and money are the server's own count."""
    async with Provider(specs(0.4)) as provider:
        accounts = await through(db, provider.url, 300, 32, patience=3)
        report = provider.report()
    accounts.check(report)
    assert len(set(report["counts"]) & set(KINDS)) > len(KINDS) / 2
    assert accounts.abstained["unreachable"] > 0
    assert accounts.scored > 300 * 0.6
