"""Mail: a notice as an e-mail."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from email.message import EmailMessage
from typing import TYPE_CHECKING

from judge.monitoring.sending.failed import FailedError

if TYPE_CHECKING:
    from judge.monitoring.sending.channels import MailChannel
    from judge.monitoring.sending.notice import Notice

_TRY_AGAIN = range(400, 500)


def send_mail(channel: MailChannel, notice: Notice) -> None:
    """Send a notice as plain text. Its Message-ID comes from the notice's key: sent twice, mail programs show it once.

    Raises:
        FailedError: The server did not take it.
        SettingsError: The environment variable with the password is not set.
    """
    password = channel.password()
    try:
        with _connected(channel) as server:
            if channel.user is not None and password is not None:
                server.login(channel.user, password)
            refused = server.send_message(_message(channel, notice))
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        raise FailedError(
            f"{channel.host} answered {error.smtp_code}: {said}", again=error.smtp_code in _TRY_AGAIN
        ) from error
    except smtplib.SMTPRecipientsRefused as error:
        again = all(code in _TRY_AGAIN for code, _ in error.recipients.values())
        raise FailedError(f"{channel.host} refused {', '.join(error.recipients)}", again=again) from error
    except (smtplib.SMTPException, OSError) as error:
        again = not isinstance(error, smtplib.SMTPNotSupportedError | ssl.SSLCertVerificationError)
        raise FailedError(f"{channel.host}: {error}", again=again) from error
    if refused:
        # Those who were taken have it; a second attempt would send it to them again.
        raise FailedError(f"{channel.host} took it, but not for {', '.join(refused)}", again=False)


def _connected(channel: MailChannel) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if channel.encryption == "tls":
        return smtplib.SMTP_SSL(channel.host, channel.port, timeout=channel.timeout, context=context)
    server = smtplib.SMTP(channel.host, channel.port, timeout=channel.timeout)
    if channel.encryption == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server


def _message(channel: MailChannel, notice: Notice) -> EmailMessage:
    message = EmailMessage()
    # A line break in a header would begin another header.
    message["Subject"] = " ".join(f"[{notice.level}] {notice.title}".split())
    message["From"] = channel.sender
    message["To"] = ", ".join(channel.recipients)
    message["Date"] = notice.time
    digest = hashlib.sha256(notice.key.encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{digest}@{channel.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(notice.text.encode("utf-8", "replace").decode() + "\n")
    return message
