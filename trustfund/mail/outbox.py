"""Writing letters: rows in the transaction of the change they tell, so that neither exists without the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.template import Context, Engine
from django.utils import timezone, translation

from trustfund.mail.models import Outbox

FOOTER = "footer"


def queue(template: str, *, to: Iterable[Any], key: str, path: str = "", confidential: bool = False, **context: Any) -> None:
    """Tell each of the users `to` the thing `key`, once, in their language; in the caller's transaction.

    Renders `templates/emails/<template>.txt`: its first line is `Subject: ...`, the rest the body, plain text (nothing is
    escaped). The template sees `recipient`, `fund`, `site_url`, `url` (absolute, of `path`) and `context`.
    Who can't sign in any more is not told. `confidential` erases the body once it has been sent.
    """
    people = {user.pk: user for user in to if user.is_active}
    told = set(Outbox.objects.filter(key=key, recipient__in=people).values_list("recipient_id", flat=True))
    details = {**context, "url": absolute(path) if path else ""}
    rows = [_letter(template, key, user, details, confidential) for pk, user in people.items() if pk not in told]
    _write(rows)


def queue_to_address(
    template: str, *, address: str, name: str, language: str, key: str, path: str = "", confidential: bool = False, **context: Any
) -> None:
    """As `queue`, to somebody who has no account yet; `recipient` in the template has `name` and `email` only."""
    details = {**context, "url": absolute(path) if path else "", "recipient": {"name": name, "email": address}}
    subject, body = render(template, language, details)
    _write([_row(template, key, None, address, language, subject, body, confidential)])


def put(*, template: str, key: str, recipient: Any, address: str, language: str, subject: str, body: str) -> None:
    """A letter that somebody else rendered (the sign-in pages): confidential, since it may carry a link that opens an account."""
    _write([_row(template, key, recipient, address, language, subject, body, confidential=True)])


def absolute(path: str) -> str:
    """The address of one of our pages as a letter needs it; from SITE_URL, never from what a request claims."""
    return str(settings.SITE_URL).rstrip("/") + path


def render(template: str, language: str, context: dict[str, Any]) -> tuple[str, str]:
    """Subject and body in a language. ValueError when the template does not begin with its subject."""
    with translation.override(language):
        surroundings = {"fund": str(settings.FUND_NAME), "site_url": settings.SITE_URL.rstrip("/")}
        text = _plain(template, {**surroundings, **context}).strip()
        head, _newline, body = text.partition("\n")
        if not head.startswith("Subject:"):
            raise ValueError(f"templates/emails/{template}.txt does not begin with 'Subject:'")
        footer = _plain(FOOTER, surroundings).strip()
    subject = " ".join(head.removeprefix("Subject:").split())
    return subject[:300], f"{body.strip()}\n\n-- \n{footer}\n"


def _plain(template: str, context: dict[str, Any]) -> str:
    return Engine.get_default().get_template(f"emails/{template}.txt").render(Context(context, autoescape=False))


def _letter(template: str, key: str, user: Any, details: dict[str, Any], confidential: bool) -> Outbox:
    with timezone.override(user.zone):
        subject, body = render(template, user.language, {**details, "recipient": user})
    return _row(template, key, user, user.email, user.language, subject, body, confidential)


def _row(template: str, key: str, recipient: Any, address: str, language: str, subject: str, body: str, confidential: bool) -> Outbox:
    return Outbox(
        template=template,
        key=key,
        recipient=recipient,
        address=address,
        language=language,
        subject=" ".join(subject.split())[:300],
        body=body,
        confidential=confidential,
    )


def _write(rows: list[Outbox]) -> None:
    """Who was told meanwhile by somebody else is not told again (ON CONFLICT DO NOTHING)."""
    if not rows:
        return
    with transaction.atomic():
        Outbox.objects.bulk_create(rows, ignore_conflicts=True)
        _nudge()


def _nudge() -> None:
    """Wake the worker once per transaction. Only a nudge: when it is lost, the next tick takes up the rows."""
    from trustfund.mail.delivery import deliver_task

    if any(entry[1] is _nudged for entry in connection.run_on_commit):
        return
    deliver_task.enqueue()
    transaction.on_commit(_nudged)


def _nudged() -> None:
    """Marks a transaction that has nudged already; Django forgets it with a rollback, as the nudge itself is."""
