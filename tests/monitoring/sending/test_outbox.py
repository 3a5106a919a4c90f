"""Notices reach their channels, however often these fail and this program dies."""

import json
import subprocess
import sys
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from pydantic import TypeAdapter
from receivers import MailServer, Receiver

from judge.monitoring.sending import outbox
from judge.monitoring.sending.channels import AnyChannel
from judge.monitoring.sending.webhook import signature
from judge.store import deliveries
from judge.store.database import Database

MAIL = {"to": "mail", "host": "mail.example.org", "sender": "w@example.org", "recipients": ["o@example.org"]}


def channel(**fields):
    return TypeAdapter(AnyChannel).validate_python(fields)


def send(db, notice, channels, clock):
    outbox.put(db, "support", [notice], channels, clock())
    return outbox.deliver(db, "support", channels, clock)


def left(db):
    return [(row["channel"], row["state"]) for row in deliveries.listing(db, "support")]


def test_a_webhook_gets_the_notice_once(db, notice, clock):
    """The same notice put in again, as after a restart, is not sent again."""
    receiver = Receiver()
    with receiver.running() as url:
        hook = channel(to="webhook", url=url)
        assert [sent.problem for sent in send(db, notice, [hook], clock)] == [""]
        assert send(db, notice, [hook], clock) == []
    (body,) = receiver.bodies
    assert body["title"] == notice.title
    assert body["payload"] == {"value": 0.091}
    assert receiver.got[0][0]["idempotency-key"] == notice.key


def test_the_body_is_signed(db, notice, clock, monkeypatch):
    """A receiver that knows the secret can tell that the body is ours."""
    monkeypatch.setenv("HOOK_SECRET", "a secret")
    receiver = Receiver()
    with receiver.running() as url:
        send(db, notice, [channel(to="webhook", url=url, secret_env="HOOK_SECRET")], clock)  # noqa: S106 - a variable's name
    headers, body = receiver.got[0]
    assert headers["x-evenhand-signature"] == signature(b"a secret", body, int(clock().timestamp()))
    assert headers["x-evenhand-signature"] != signature(b"another", body, int(clock().timestamp()))


def test_signature_by_hand():
    """The signature is HMAC-SHA256 of time, dot and body, as `openssl dgst -sha256 -hmac key` computes it."""
    # printf '1.{}' | openssl dgst -sha256 -hmac key
    digest = subprocess.run(
        ["openssl", "dgst", "-sha256", "-hmac", "key"],  # noqa: S607 - found on every machine the tests run on
        input=b"1.{}",
        capture_output=True,
        check=True,
    ).stdout.decode()
    assert signature(b"key", b"{}", 1) == f"t=1,v1={digest.split()[-1]}"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_tried_again(db, notice, clock, status):
    """A server in trouble gets the notice later, not at once, and not twice."""
    receiver = Receiver(status)
    with receiver.running() as url:
        hook = channel(to="webhook", url=url)
        (sent,) = send(db, notice, [hook], clock)
        assert sent.again
        assert f"answered {status}" in sent.problem
        assert outbox.deliver(db, "support", [hook], clock) == []
        clock.move(minutes=2)
        (sent,) = outbox.deliver(db, "support", [hook], clock)
    assert sent.problem == ""
    assert len(receiver.got) == 2
    assert left(db) == []


@pytest.mark.parametrize("status", [302, 400, 401, 404, 410])
def test_what_will_not_pass_is_given_up(db, notice, clock, status):
    """A refusal is told and kept, not repeated; a redirect is not followed."""
    receiver = Receiver(status)
    with receiver.running() as url:
        hook = channel(to="webhook", url=url)
        (sent,) = send(db, notice, [hook], clock)
        clock.move(days=1)
        assert outbox.deliver(db, "support", [hook], clock) == []
    assert not sent.again
    assert len(receiver.got) == 1
    assert left(db) == [(hook.name, "given up")]


def test_a_server_that_is_away_for_hours(db, notice, clock):
    """Waits grow to an hour; the notice gets through when the server is back, and is given up after three days."""
    dead = channel(to="webhook", url="http://127.0.0.1:9/hook")
    (sent,) = send(db, notice, [dead], clock)
    assert "127.0.0.1 did not answer" in sent.problem
    tries = 0
    for _ in range(24 * 60):
        clock.move(minutes=1)
        tries += len(outbox.deliver(db, "support", [dead], clock))
    assert 24 <= tries <= 35
    clock.move(days=3)
    (sent,) = outbox.deliver(db, "support", [dead], clock)
    assert not sent.again


def test_a_restart_loses_nothing(db, notice, clock):
    """Killed between claim and sending, it is sent by the next start once the claim has run out."""
    receiver = Receiver()
    with receiver.running() as url:
        hook = channel(to="webhook", url=url)
        outbox.put(db, "support", [notice], [hook], clock())
        assert deliveries.claim(db, "support", [hook.name], clock()) is not None
        with Database(str(db.url)) as again:
            assert outbox.deliver(again, "support", [hook], clock) == []
            clock.move(minutes=6)
            assert len(outbox.deliver(again, "support", [hook], clock)) == 1
    assert len(receiver.got) == 1


@pytest.mark.parametrize("db", ["sqlite", "postgres"], indirect=True)
def test_two_programs_do_not_send_the_same(db, notice, clock):
    """A claimed delivery is nobody else's."""
    hook = channel(to="file", path="unused")
    outbox.put(db, "support", [notice, replace(notice, key="other")], [hook], clock())
    first = deliveries.claim(db, "support", [hook.name], clock())
    second = deliveries.claim(db, "support", [hook.name], clock())
    assert first is not None
    assert second is not None
    assert first.id != second.id
    assert deliveries.claim(db, "support", [hook.name], clock()) is None


def test_slack_cannot_be_talked_into_calling_everybody(db, notice, clock, monkeypatch):
    """Slack's form shows what records say as plain text; the secret address stands in no table and no message."""
    receiver = Receiver(500)
    with receiver.running() as url:
        monkeypatch.setenv("SLACK_URL", url + "/T0SECRET")
        hook = channel(to="webhook", url_env="SLACK_URL", form="slack")
        (sent,) = send(db, notice, [hook], clock)
    (body,) = receiver.bodies
    assert "<!channel>" not in body["text"]
    assert {block["text"]["type"] for block in body["blocks"]} == {"plain_text"}
    assert "T0SECRET" not in sent.problem + sent.channel + json.dumps(deliveries.listing(db, "support"), default=str)


def test_a_template_of_ones_own(db, notice, clock):
    """The owner's template makes the body."""
    receiver = Receiver()
    with receiver.running() as url:
        template = '{"summary": {{ notice.title | tojson }}, "at": "{{ notice.time }}"}'
        send(db, notice, [channel(to="webhook", url=url, template=template)], clock)
    assert receiver.bodies == [{"summary": notice.title, "at": "2026-03-02T08:00:00+00:00"}]


def test_mail_arrives_and_cannot_be_bent(db, notice, clock):
    """A title with line breaks makes no header of its own; a second sending has the same Message-ID."""
    server = MailServer()
    with server.running() as port:
        fields = {"host": "127.0.0.1", "port": port, "encryption": "none", "sender": "watch@example.org"}
        mail = channel(to="mail", recipients=["owner@example.org", "team@example.org"], **fields)
        assert [sent.problem for sent in send(db, notice, [mail], clock)] == [""]
    (envelope,) = server.got
    message = message_from_bytes(envelope.content, policy=policy.default)
    assert envelope.rcpt_tos == ["owner@example.org", "team@example.org"]
    assert message["Bcc"] is None
    assert message["Subject"] == "[alert] unsupported is at 9 % <!channel> Bcc: all@example.org"
    assert message["Message-ID"].endswith("@example.org>")
    assert "→ roll back to v1" in message.get_content()


@pytest.mark.parametrize(("answer", "again"), [("451 later", True), ("554 no", False)])
def test_mail_that_is_not_taken(db, notice, clock, answer, again):
    """A server's `later` is tried again, its `no` is not."""
    server = MailServer(answer)
    with server.running() as port:
        mail = channel(
            to="mail",
            host="127.0.0.1",
            port=port,
            encryption="none",
            sender="w@example.org",
            recipients=["o@example.org"],
        )
        (sent,) = send(db, notice, [mail], clock)
        assert (sent.again, answer.split()[1] in sent.problem) == (again, True)
        clock.move(hours=1)
        outbox.deliver(db, "support", [mail], clock)
    assert len(server.got) == again


def test_mail_is_not_sent_in_the_clear(db, notice, clock):
    """Where the server offers no encryption that was asked for, nothing is sent."""
    server = MailServer()
    with server.running() as port:
        mail = channel(to="mail", host="127.0.0.1", port=port, sender="w@example.org", recipients=["o@example.org"])
        (sent,) = send(db, notice, [mail], clock)
    assert "STARTTLS" in sent.problem
    assert server.got == []


def test_a_file_gets_a_line_each(db, notice, clock, tmp_path):
    """The file holds one JSON object a line, in the order of the alerts."""
    path = tmp_path / "alerts.jsonl"
    file = channel(to="file", path=str(path))
    send(db, notice, [file], clock)
    send(db, replace(notice, key="second", level="resolved"), [file], clock)
    assert [json.loads(line)["level"] for line in path.read_text().splitlines()] == ["alert", "resolved"]


def test_a_channel_takes_its_levels_only(db, notice, clock, tmp_path):
    """A warning does not go where alerts alone are wanted."""
    file = channel(to="file", path=str(tmp_path / "alerts.jsonl"), levels=["alert"])
    assert send(db, replace(notice, level="warn"), [file], clock) == []


def test_a_hook_is_run_once_without_a_shell(db, notice, clock, tmp_path):
    """The owner's command reads the notice; what stands in the notice is never run."""
    out = tmp_path / "out.json"
    code = f"import sys, pathlib; pathlib.Path({str(out)!r}).write_text(sys.stdin.read())"
    hook = channel(to="hook", command=[sys.executable, "-c", code])
    assert [sent.problem for sent in send(db, replace(notice, title="$(touch x); `y`"), [hook], clock)] == [""]
    assert json.loads(out.read_text())["title"] == "$(touch x); `y`"
    assert left(db) == []


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ([sys.executable, "-c", "import sys; sys.exit('no such release')"], "ended with 1: no such release"),
        (["/no/such/program"], "cannot be run"),
        ([sys.executable, "-c", "import time; time.sleep(60)"], "took longer than 0.5 s"),
    ],
)
def test_a_hook_that_fails_is_not_repeated(db, notice, clock, command, problem):
    """Nobody knows how far a command came: it is told, and not run again."""
    hook = channel(to="hook", command=command, timeout=0.5 if "time" in command[-1] else 30)
    (sent,) = send(db, notice, [hook], clock)
    assert problem in sent.problem
    clock.move(days=1)
    assert outbox.deliver(db, "support", [hook], clock) == []


def test_a_variable_that_is_not_set(db, notice, clock):
    """The owner is told which; the notice waits until it is."""
    hook = channel(to="webhook", url_env="EVENHAND_TEST_NO_SUCH")
    (sent,) = send(db, notice, [hook], clock)
    assert "$EVENHAND_TEST_NO_SUCH: the environment variable is not set" in sent.problem
    assert sent.again


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"to": "webhook"}, "give url, or url_env"),
        ({"to": "webhook", "url": "http://example.org/x"}, "use https, or write allow_http: true"),
        ({"to": "webhook", "url": "ftp://example.org/x"}, "no http or https address"),
        ({"to": "webhook", "url": "https://example.org", "template": "{{ notice.titel }}"}, "no attribute 'titel'"),
        ({"to": "webhook", "url": "https://example.org", "template": "{{ notice.title }}"}, "tojson"),
        (
            {"to": "webhook", "url": "https://example.org", "template": "{% for i in range(99999999) %}x{% endfor %}"},
            "ange",
        ),
        (
            {
                "to": "mail",
                "host": "mail.example.org",
                "encryption": "none",
                "sender": "a@b.c",
                "recipients": ["a@b.c"],
            },
            "unen",
        ),
        (
            {"to": "mail", "host": "m.example.org", "user": "u", "sender": "a@b.c", "recipients": ["a@b.c"]},
            "go together",
        ),
        ({"to": "pigeon"}, "pigeon"),
        ({"to": "file", "path": "x", "colour": "red"}, "colour"),
    ],
)
def test_what_a_watch_file_may_not_say(fields, message):
    """A channel that cannot be meant is refused when the file is read."""
    with pytest.raises(ValueError, match=message):
        channel(**fields)
