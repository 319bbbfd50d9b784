"""The demo fund holds what it promises, and outside programs agree with its books."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from grants.agreements.models import Grant
from grants.calls.models import Call
from grants.demo import facts
from grants.payments.models import Payment
from tests.demo.conftest import DAY
from tests.factories.people import sign_in
from trustfund.ledger import verification
from trustfund.ledger.models import LedgerHead
from trustfund.money import total, usd
from trustfund.people.models import User

pytestmark = pytest.mark.django_db
SIGN_INS = ["ngo", "applicant", "programme", "reviewer", "trustee", "manager", "finance", "checker", "donor", "auditor", "administrator"]
STRICT = os.environ.get("STRICT") == "1"


def test_the_books_are_in_order():
    assert verification.check_books() == []


def test_the_twelve_ngos_of_the_first_cycle_got_about_300_000_dollars_in_first_tranches():
    first = Payment.objects.filter(tranche__number=1, paid_on__year=2011)
    assert {payment.grant.organisation.name for payment in first} == {ngo.name for ngo in facts.FIRST_CYCLE}
    assert len(facts.FIRST_CYCLE) == 12
    assert usd(290_000) <= total(payment.amount for payment in first) <= usd(300_000)


def test_there_is_a_call_in_every_state_that_waits_for_somebody():
    assert {"draft", "published", "closed", "deciding", "decided", "cancelled"} <= set(Call.objects.values_list("state", flat=True))


def test_there_is_a_grant_at_every_step():
    assert {"approved", "certified", "offered", "active", "closed"} <= set(Grant.objects.values_list("state", flat=True))


@pytest.mark.parametrize("name", SIGN_INS)
def test_everybody_finds_the_demo_said_on_their_home_page_and_most_of_them_work(name):
    client = sign_in(Client(), User.objects.get(email=f"{name}@demo.example"))
    page = client.get("/home/").content.decode()
    assert "names and countries of the 2011 grantees are published facts" in page
    if name not in ("auditor", "administrator", "donor"):
        assert 'class="tasks"' in page or "<li" in page.split("<main")[1], f"nothing waits for {name}"


def test_the_demo_is_safe_to_repeat():
    before = LedgerHead.objects.get().hash
    call_command("demo", today=DAY, stdout=StringIO())
    assert LedgerHead.objects.get().hash == before


def exported(tmp_path: Path, form: str) -> Path:
    target = tmp_path / f"ledger.{form}"
    call_command("export_ledger", format=form, output=target, stdout=StringIO())
    return target


def check(form: str, path: Path) -> subprocess.CompletedProcess[str]:
    """What the outside program says of an exported ledger."""
    if form == "beancount":
        command = [str(Path(sys.executable).with_name("bean-check")), str(path)]
    else:
        if shutil.which("hledger") is None:
            (pytest.fail if STRICT else pytest.skip)("hledger (Debian: hledger) is not on this machine")
        command = ["hledger", "check", "--strict", "-f", str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("form", ["beancount", "hledger"])
def test_outside_programs_agree_with_the_books(form, tmp_path):
    path = exported(tmp_path, form)
    done = check(form, path)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("form", ["beancount", "hledger"])
def test_a_cent_changed_in_the_file_is_found_by_them(form, tmp_path):
    path = exported(tmp_path, form)
    text = path.read_text()
    leg = re.search(r"^ +\S.*?(\d+\.\d)(\d) USD$", text, re.MULTILINE)
    path.write_text(text[: leg.start(2)] + str((int(leg[2]) + 1) % 10) + text[leg.end(2) :])
    assert check(form, path).returncode != 0


def test_the_statements_are_the_same_bytes_when_made_again(tmp_path):
    for name in ("once", "again"):
        call_command("statements", as_of=DAY, output=tmp_path / name, stdout=StringIO())
    once = {path.name: path.read_bytes() for path in (tmp_path / "once").iterdir()}
    assert len(once) > 20
    assert once == {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}


def test_a_database_that_is_not_the_demos_is_refused():
    from trustfund.people import demo
    from trustfund.people.models import Installation

    Installation.objects.all().delete()
    demo.forget()
    with pytest.raises(CommandError, match="not empty"):
        call_command("demo", today=DAY, stdout=StringIO())
