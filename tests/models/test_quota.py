"""A provider that answers so many requests in each minute, whatever the number in flight, by its own count."""

import asyncio

from judge.models.request import Transient
from judge.models.scripted import Scripted
from judge.models.transport import Transport
from provider.questions import question
from provider.virtual_time import now, run

QUOTA, LATENCY, MINUTE = 600, 10.0, 60.0
REQUESTS = 5 * QUOTA


class Quota:
    """Answers after `LATENCY`, more or less; once the minute's quota is used up, at once with the time that is left."""

    def __init__(self):
        self.refused = 0
        self._answered = 0
        self._minute = -1.0
        self._taken = 0

    async def __call__(self, _request):
        """The next line of the script."""
        minute, into = divmod(now(), MINUTE)
        if minute != self._minute:
            self._minute, self._taken = minute, 0
        if self._taken >= QUOTA:
            self.refused += 1
            return Transient("429", status=429, retry_after=MINUTE - into)
        self._taken += 1
        self._answered += 1
        await asyncio.sleep(LATENCY * (0.7 + 0.6 * (self._answered * 0.618 % 1)))
        return "a good reply"


def test_a_quota_of_a_minute_is_used_up_in_every_minute():
    """The number in flight does not fall for a used-up quota: each minute's is used, and few are told to come back.

    Five quotas need four minutes and a start; with the limit down at one or two, they took nine.
    """

    async def main():
        quota = Quota()
        transport = Transport(Scripted(quota), concurrency=256)

        async def one(number, place):
            with place:
                return await transport.ask(question(f"r{number}"), place=place)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(number, await transport.place())) for number in range(REQUESTS)]
        return [task.result() for task in tasks], now(), quota.refused

    outcomes, seconds, refused = run(main())
    assert all(isinstance(outcome, tuple) for outcome in outcomes)
    assert seconds < 6 * MINUTE
    assert refused < REQUESTS / 10
