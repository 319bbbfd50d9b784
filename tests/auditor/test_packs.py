"""The audit pack: everything is in it, outside programs agree, the same books give the same bytes, and it goes when its time has come."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import transaction

from tests import media
from tests.factories.banking import make_line
from tests.factories.books import DAY, make_bank, open_years, post
from tests.factories.people import make_user
from tests.factories.vouchers import make_voucher
from tests.ledger import books_of_a_year
from trustfund import clock
from trustfund.audit.recording import trail_for
from trustfund.auditor import actions, jobs
from trustfund.auditor.models import Pack
from trustfund.auditor.packing import archive, contents
from trustfund.banking import actions as banking
from trustfund.banking.open_items import open_lines
from trustfund.chain import GENESIS, link
from trustfund.files.models import StoredFile
from trustfund.files.serving import intact
from trustfund.ledger import postings, subaccounts
from trustfund.ledger.models import LedgerHead
from trustfund.money import usd
from trustfund.people.roles import Role
from trustfund.vouchers import actions as vouchers

pytestmark = pytest.mark.django_db
outside = pytest.mark.sqlite_only  # what is said of the files of a pack, wherever its rows came from
YEAR = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def auditor():
    return make_user(Role.AUDITOR)


@pytest.fixture
def asked(auditor):
    return ask(auditor)


def ask(auditor):
    """A year of everything, a posted voucher with its invoice, a sample with a result; then a pack of it."""
    books_of_a_year.keep()
    finance = make_user(Role.FINANCE)
    with clock.frozen(date(2026, 3, 16)):
        voucher = make_voucher(maker=finance)
        vouchers.attach(voucher, by=finance, upload=ContentFile(PDF, name="invoice.pdf"))
        vouchers.approve(vouchers.submit(voucher, by=finance), by=make_user(Role.APPROVER))
    sample = actions.draw(by=auditor, method="monetary", population="entries", size=5, seed="s", **YEAR)
    actions.note(sample.items.first(), by=auditor, verdict="exception", text="The second signature is missing.")
    return actions.ask_pack(by=auditor, **YEAR)


def written(pack, path):
    archive.write(pack, path, lambda *progress: None)
    return path


@pytest.fixture(scope="module")
def packed(django_db_setup, django_db_blocker, tmp_path_factory):
    """(the bytes of the pack, the head of its books): made once, for what outside programs say of it does not hang on the database."""
    with django_db_blocker.unblock(), media.kept_in(tmp_path_factory.mktemp("media")), transaction.atomic():
        path = written(ask(make_user(Role.AUDITOR)), tmp_path_factory.mktemp("packed") / "pack.zip")
        head = LedgerHead.objects.get()
        transaction.set_rollback(True)
    return path, head


@pytest.fixture
def unpacked(packed, tmp_path):
    with zipfile.ZipFile(packed[0]) as pack:
        pack.extractall(tmp_path / "pack")
    return tmp_path / "pack"


def run(*command, at):
    if not (shutil.which(command[0]) or Path(command[0]).exists()):
        pytest.skip(f"{command[0]} is not on this machine")
    return subprocess.run(command, cwd=at, capture_output=True, text=True, env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin:/usr/local/bin"})


@outside
def test_everything_is_in_it(unpacked):
    assert {path.name for path in unpacked.iterdir()} == {
        "README.txt", "SHA256SUMS", "statements", "ledger", "vouchers", "documents", "bank", "samples", "chain",
    } - {"bank"}  # fmt: skip
    assert {path.suffix for path in (unpacked / "statements").iterdir()} == {".pdf", ".xlsx"}
    assert len(list((unpacked / "ledger").iterdir())) == 6
    assert [path.name for path in sorted((unpacked / "vouchers").iterdir())][-1:] == ["vouchers.csv"]
    assert next((unpacked / "documents").rglob("*.pdf")).read_bytes() == PDF
    assert len(list((unpacked / "samples").iterdir())) == 2


@outside
def test_sha256sum_agrees(unpacked):
    assert run("sha256sum", "-c", "--quiet", "SHA256SUMS", at=unpacked).returncode == 0
    with (unpacked / "ledger" / "lines.csv").open("ab") as file:
        file.write(b"x")
    assert "ledger/lines.csv: FAILED" in run("sha256sum", "-c", "SHA256SUMS", at=unpacked).stdout


@outside
@pytest.mark.parametrize("book", ["functional-usd", "transaction-currencies"])
def test_hledger_and_beancount_agree(unpacked, book):
    done = run("hledger", "check", "--strict", "-f", f"ledger/{book}.journal", at=unpacked)
    assert (done.returncode, done.stderr) == (0, "")
    bean_check = str(Path(sys.executable).with_name("bean-check"))
    assert run(bean_check, "--no-cache", f"ledger/{book}.beancount", at=unpacked).returncode == 0


@outside
def test_the_chain_is_verified_with_a_shell(packed, unpacked):
    _path, head = packed
    done = run("sh", "verify.sh", at=unpacked / "chain")
    assert done.stdout == f"{head.seq} seals are in order. The last one: {head.hash}\n"
    texts = unpacked / "chain" / "seals.txt"
    texts.write_text(texts.read_text().replace("general", "another", 1))
    assert "was altered" in run("sh", "verify.sh", at=unpacked / "chain").stdout


@outside
def test_the_seals_are_also_json_lines(packed, unpacked):
    previous = GENESIS
    for row in map(json.loads, (unpacked / "chain" / "seals.jsonl").read_text().splitlines()):
        assert row["previous_hash"] == previous
        assert row["hash"] == link(previous, row["text"])
        previous = row["hash"]
    assert previous == packed[1].hash


def test_the_same_books_give_the_same_bytes_whatever_came_later(asked, tmp_path):
    once = written(asked, tmp_path / "once.zip").read_bytes()
    post(postings.interest(make_bank(), usd(3)), on=date(2027, 3, 1))
    with clock.frozen(date(2027, 3, 1)):
        subaccounts.open("donor", "LATER", name="Later", public_label="Later")
    actions.draw(by=asked.asked_by, method="random", population="entries", size=2, **YEAR)
    assert written(asked, tmp_path / "again.zip").read_bytes() == once


def test_finance_gets_the_same_without_what_the_auditor_looks_at(asked, tmp_path):
    other = actions.ask_pack(by=make_user(Role.FINANCE), head=asked.head, **YEAR)
    with zipfile.ZipFile(written(other, tmp_path / "a.zip")) as own, zipfile.ZipFile(written(asked, tmp_path / "b.zip")) as auditors:
        missing = set(auditors.namelist()) - set(own.namelist())
        assert {name.split("/")[0] for name in missing} == {"samples"}
        assert "ample" not in own.read("README.txt").decode()
        differ = {name for name in own.namelist() if own.read(name) != auditors.read(name)}
    assert differ == {"README.txt", "SHA256SUMS"}


@pytest.mark.parametrize("role, there", [(Role.AUDITOR, True), (Role.FINANCE, False)])
def test_what_the_bank_sent_stands_behind_its_entries_for_the_auditor_alone(role, there, tmp_path):
    open_years(2026)
    post(postings.interest(make_bank(), usd(100)), DAY)
    line = make_line(usd(100), first=DAY)
    banking.confirm(line, list(open_lines(line.bank)), by=make_user(Role.FINANCE))
    files = dict(contents.documents(contents.Asks(actions.ask_pack(by=make_user(role), **YEAR), tmp_path)))
    (row,) = csv.DictReader(io.StringIO(files.pop("documents/index.csv").decode("utf-8-sig")))
    assert (row["sha256"], row["file"] == "on screen only") == (line.statement.file.sha256, not there)
    assert list(files) == [row["file"]] * there


def test_an_earlier_head_gives_the_books_as_they_stood(asked, auditor, tmp_path):
    early = actions.ask_pack(by=auditor, head=5, **YEAR)
    with zipfile.ZipFile(written(early, tmp_path / "early.zip")) as pack:
        rows = list(csv.DictReader(io.TextIOWrapper(pack.open("ledger/lines.csv"), encoding="utf-8-sig")))
        assert "Ledger head:  5\n" in pack.read("README.txt").decode()
        assert not any(name.startswith("vouchers/V-") for name in pack.namelist())
    assert max(int(row["seal"]) for row in rows) <= 5


@outside
def test_the_worksheets_have_the_results_and_places_for_ticks(unpacked):
    import openpyxl

    sheet = openpyxl.load_workbook(next((unpacked / "samples").glob("*.xlsx"))).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    heads = next(row for row in cells if row[0] == "No.")
    assert heads[7:12] == ["Amount", "Account", "Period", "Approved", "Document"]
    assert any("The second signature is missing." in row for row in cells)
    assert ["Seed", "s"] in [row[:2] for row in cells]


@outside
def test_documents_are_listed_with_what_stands_behind_what(unpacked):
    rows = list(csv.DictReader((unpacked / "documents" / "index.csv").open(encoding="utf-8-sig", newline="")))
    invoice = next(row for row in rows if row["act"] == "voucher.approve")
    assert invoice["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert (unpacked / invoice["file"]).read_bytes() == PDF


# Kept, downloaded, expired


def test_the_worker_makes_and_keeps_it(asked):
    jobs.work(clock.now())
    asked.refresh_from_db()
    assert asked.state == "done"
    assert intact(asked.file) is not None
    assert (asked.file.name, asked.file.kind) == (f"audit-pack_2026-01-01_2026-12-31_head-{asked.head}.zip", "ZIP")
    assert hashlib.sha256(intact(asked.file).read()).hexdigest() == asked.sha256
    assert [event.act for event in trail_for(asked)] == ["pack.ask", "pack.make"]


def test_who_downloads_it_is_on_record(client, asked):
    jobs.work(clock.now())
    asked.refresh_from_db()
    client.force_login(make_user(Role.AUDITOR))
    got = b"".join(client.post(f"/auditor/packs/{asked.pk}/download/").streaming_content)
    assert hashlib.sha256(got).hexdigest() == asked.sha256
    assert [event.act for event in trail_for(asked)][-1] == "pack.download"
    for role, status in [(Role.FINANCE, 404), (Role.APPROVER, 404), (Role.PROGRAMME, 404), (None, 404)]:
        client.force_login(make_user(role))
        assert client.post(f"/auditor/packs/{asked.pk}/download/").status_code == status


def test_a_pack_that_is_not_there_is_not_downloaded(asked, auditor):
    with pytest.raises(ValidationError, match="not there"):
        actions.taken(asked, by=auditor)
    with pytest.raises(PermissionDenied):
        actions.taken(asked, by=make_user(Role.MANAGER))


def test_finance_sees_the_packs_of_finance_alone(client, asked):
    own = actions.ask_pack(by=make_user(Role.FINANCE), **YEAR)
    finance = make_user(Role.FINANCE)
    assert list(Pack.objects.visible_to(finance)) == [own]
    assert set(Pack.objects.visible_to(asked.asked_by)) == {own, asked}
    client.force_login(finance)
    assert [client.get(each.get_absolute_url()).status_code for each in (own, asked)] == [200, 404]
    assert own.name.endswith("_finance.zip")


def test_a_pack_past_its_day_is_not_downloaded_although_nobody_cleared_it_away(client, asked, auditor):
    jobs.work(clock.now())
    asked.refresh_from_db()
    client.force_login(auditor)
    with clock.frozen(asked.expires_on):
        assert client.post(f"/auditor/packs/{asked.pk}/download/").status_code == 200
    with clock.frozen(asked.expires_on + timedelta(days=1)):
        assert client.post(f"/auditor/packs/{asked.pk}/download/").status_code == 404
        assert "It was kept for 90 days" in client.get(asked.get_absolute_url()).content.decode()
        with pytest.raises(ValidationError, match="not there"):
            actions.taken(asked, by=auditor)
    assert asked.state == "done"


def test_it_goes_when_its_time_has_come_and_its_hash_stays(asked, django_capture_on_commit_callbacks):
    jobs.work(clock.now())
    asked.refresh_from_db()
    digest, stored = asked.sha256, asked.file
    jobs.expire(clock.now() + timedelta(days=90))
    asked.refresh_from_db()
    assert asked.state == "done"
    with django_capture_on_commit_callbacks(execute=True):
        jobs.expire(clock.now() + timedelta(days=91))
    asked.refresh_from_db()
    assert (asked.state, asked.file, asked.sha256) == ("expired", None, digest)
    assert not StoredFile.objects.filter(pk=stored.pk).exists()
    assert not stored.content.storage.exists(stored.content.name)
    assert [event.act for event in trail_for(asked)][-1] == "pack.expire"


@pytest.mark.parametrize("changed, field", [({"head": 999_999}, "head"), ({"since": date(2027, 1, 1)}, "since")])
def test_what_can_not_be_is_said_by_its_field(asked, auditor, changed, field):
    with pytest.raises(ValidationError) as refused:
        actions.ask_pack(by=auditor, **{**YEAR, **changed})
    assert list(refused.value.message_dict) == [field]
