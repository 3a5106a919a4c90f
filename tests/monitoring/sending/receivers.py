"""Real servers on loopback that notices are sent to, and the rules by which they fail."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """A web server that keeps what it got.

    Args:
        answers: Status codes of the first answers, then 200.
    """

    def __init__(self, *answers):
        self.answers = list(answers)
        self.got = []

    @contextmanager
    def running(self):
        """Serve until the end of the block; gives the address."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.got.append((dict(self.headers), body))
                status = receiver.answers.pop(0) if receiver.answers else 200
                self.send_response(status)
                if status == 302:
                    self.send_header("location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *args):
                """Tests are silent."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_port}/hook"
            finally:
                server.shutdown()
                thread.join()

    @property
    def bodies(self):
        """What came, as JSON."""
        return [json.loads(body) for _, body in self.got]


class MailServer:
    """An SMTP server that keeps what it got.

    Args:
        answers: What it says of the first messages, then ``250 OK``.
    """

    def __init__(self, *answers):
        self.answers = list(answers)
        self.got = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the name that aiosmtpd calls
        """Take a message, or say what there is to say."""
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("2"):
            self.got.append(envelope)
        return answer

    @contextmanager
    def running(self, **options):
        """Serve until the end of the block; gives the port."""
        from aiosmtpd.smtp import SMTP

        loop = asyncio.new_event_loop()
        server = loop.run_until_complete(
            loop.create_server(lambda: SMTP(self, hostname="test", loop=loop, **options), "127.0.0.1", 0)
        )
        port = server.sockets[0].getsockname()[1]
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        try:
            yield port
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            server.close()
            loop.run_until_complete(_finish(loop))
            loop.close()


async def _finish(loop):
    tasks = [task for task in asyncio.all_tasks(loop) if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
