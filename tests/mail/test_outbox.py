"""Letters are written in the transaction of what they tell, and told once."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from tests.factories.people import make_user
from trustfund.mail import outbox
from trustfund.mail.models import Outbox
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _letter(settings, tmp_path):
    """A template of a room: tests need none of theirs."""
    folder = tmp_path / "templates" / "emails"
    folder.mkdir(parents=True)
    (folder / "told.txt").write_text("Subject: About {{ what }}\n\nDear {{ recipient.name }}, see {{ url }}. {% now 'e' %}\n")
    (folder / "headless.txt").write_text("Dear {{ recipient.name }}\n")
    templates = [dict(settings.TEMPLATES[0])]
    templates[0]["DIRS"] = [tmp_path / "templates", *templates[0]["DIRS"]]
    settings.TEMPLATES = templates


def tell(*people, key="thing:1", **context):
    outbox.queue("told", to=people, key=key, what="a <grant>", path="/grants/1/", **context)


@transaction.atomic
def tell_and_fail(user):
    tell(user)
    raise RuntimeError


def test_a_letter_is_rendered_for_its_reader_in_plain_text(settings):
    settings.SITE_URL = "https://fund.example/"
    user = make_user(Role.PROGRAMME, name="Ana <b>", time_zone="Africa/Nairobi")
    tell(user)
    row = Outbox.objects.get()
    assert (row.recipient, row.address, row.subject) == (user, user.email, "About a <grant>")
    assert row.body.startswith("Dear Ana <b>, see https://fund.example/grants/1/. EAT\n\n-- \n")
    assert "https://fund.example\n" in row.body


def test_whose_time_zone_nobody_knows_any_more_is_told_in_vienna_s():
    tell(make_user(time_zone="Europe/Atlantis"))
    assert re.search(r"/grants/1/\. (CET|CEST)\n", Outbox.objects.get().body)


def test_everybody_is_told_once():
    first, second = make_user(), make_user()
    tell(first)
    tell(first, second, first)
    tell(first, key="thing:2")
    assert sorted(Outbox.objects.values_list("key", "recipient")) == [("thing:1", first.pk), ("thing:1", second.pk), ("thing:2", first.pk)]


def test_whoever_may_not_sign_in_is_not_told():
    tell(make_user(is_active=False))
    assert not Outbox.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_a_rollback_leaves_neither_letter_nor_nudge():
    user = make_user()
    with pytest.raises(RuntimeError):
        tell_and_fail(user)
    assert (Outbox.objects.count(), DBTaskResult.objects.count()) == (0, 0)


def test_one_nudge_per_transaction_and_a_new_one_after_a_rollback():
    user = make_user()
    with pytest.raises(RuntimeError):
        tell_and_fail(user)
    for number in range(3):
        tell(user, key=f"thing:{number}")
    assert (Outbox.objects.count(), DBTaskResult.objects.count()) == (3, 1)


def test_a_subject_never_breaks_the_head_of_the_letter():
    tell(make_user(), key="k")
    outbox.put(template="x", key="y", recipient=None, address="a@example.org", language="en", subject="a\r\nBcc: b@example.org", body="")
    assert Outbox.objects.get(key="y").subject == "a Bcc: b@example.org"


def test_a_template_without_a_subject_is_an_error():
    with pytest.raises(ValueError, match=r"headless\.txt does not begin with 'Subject:'"):
        outbox.queue("headless", to=[make_user()], key="k")


def test_the_language_is_the_readers(monkeypatch):
    tell(make_user(language="fr"))
    assert Outbox.objects.get().language == "fr"


def test_an_address_without_an_account_is_told_once_too():
    for _again in range(2):
        outbox.queue_to_address("told", address="new@example.org", name="New", language="es", key="invited", what="it", path="/x/")
    row = Outbox.objects.get()
    assert (row.recipient, row.address, row.language) == (None, "new@example.org", "es")
    assert row.body.startswith("Dear New, see ")
