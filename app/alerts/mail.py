"""A message by mail: plain text, through the server that `DATELINE_SMTP_URL` names."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from urllib.parse import unquote, urlsplit

from app.errors import FetchFailed
from app.text import printable

_SECONDS = 30.0


def mail_of(id: str, sender: str, to: str, subject: str, text: str) -> EmailMessage:
    """Make a message; `id` is the same at every try, so that a mailbox may know it again."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, printable(subject)[:200]
    message["Date"], message["Auto-Submitted"] = formatdate(), "auto-generated"
    message["Message-ID"] = f"<{id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    message.set_content(text)
    return message


def send_mail(server: str, message: EmailMessage) -> None:
    """Hand a message to the server. `smtps:` is encrypted from the start; with `smtp:` it is where the server can, and
    always before a password is sent. Raises `FetchFailed`."""
    parts = urlsplit(server)
    shown = f"{parts.scheme}://{parts.hostname}:{parts.port or ''}".rstrip(":")
    try:
        with _connected(parts.scheme, parts.hostname or "", parts.port or 0) as smtp:
            if parts.username:
                if not isinstance(smtp.sock, ssl.SSLSocket):
                    raise FetchFailed(shown, "is not encrypted, and no password is sent without")
                smtp.login(unquote(parts.username), unquote(parts.password or ""))
            smtp.send_message(message)
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        raise FetchFailed(shown, f"answered {error.smtp_code}: {printable(said)[:200]}") from None
    except smtplib.SMTPRecipientsRefused:
        raise FetchFailed(shown, f"does not take mail for {message['To']}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise FetchFailed(shown, f"took no mail: {printable(str(error))[:200]}") from None


def _connected(scheme: str, host: str, port: int) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=_SECONDS, context=context)
    smtp = smtplib.SMTP(host, port or 587, timeout=_SECONDS)
    try:
        smtp.ehlo()
        if smtp.has_extn("starttls"):
            smtp.starttls(context=context)
    except BaseException:
        smtp.close()
        raise
    return smtp
