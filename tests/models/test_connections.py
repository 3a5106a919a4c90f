import asyncio
import json
import re

import pytest

from judge.models.registry import open_model
from judge.settings import Settings
from provider.questions import question

LATER = 0.01


async def answer_twice(reader, writer):
    """Answer each request with its record's id, and a moment later with the same once more."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(int(re.search(rb"content-length: (\d+)", head.lower())[1]))
            who = re.search(rb"record-\d+", body)[0].decode()
            choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": who}}
            reply = json.dumps({"id": "x", "model": "m", "object": "chat.completion", "choices": [choice]}).encode()
            sent = (
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(reply) + reply
            )
            writer.write(sent)
            await asyncio.sleep(LATER)
            writer.write(sent)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


@pytest.mark.parametrize("spelling", ["local/m", "litellm/openai/m"])
async def test_a_second_answer_is_not_taken_for_the_next_records(monkeypatch, spelling):
    """A server that answers each request twice gives every record its own reply."""
    server = await asyncio.start_server(answer_twice, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("OPENAI_API_BASE", url)
    model = open_model(spelling, Settings.model_validate({"endpoints": {"local": {"base_url": url}}}))
    try:
        told = []
        for number in range(6):
            told.append((await model.ask(question(f"record-{number}"))).text)
            await asyncio.sleep(5 * LATER)
    finally:
        await model.close()
        server.close()
    assert told == [f"record-{number}" for number in range(6)]
