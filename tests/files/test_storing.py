"""A file taken in is kept under a random name with its hash, and given out only if it still is what it was."""

from __future__ import annotations

import hashlib
import json
from io import StringIO
from pathlib import Path

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from tests.factories.people import make_user
from tests.files import samples
from tests.files.test_naming import NAUGHTY
from trustfund.files import SPREADSHEETS, Kind, StoredFile, serve, store, store_bytes
from trustfund.files.forms import DocumentField

pytestmark = pytest.mark.django_db


def test_storing():
    user = make_user()
    stored = store(samples.upload(samples.PDF, "../Annual report.pdf"), by=user)
    stored = StoredFile.objects.get(pk=stored.pk)
    assert (stored.name, stored.kind, stored.content_type) == ("Annual report.pdf", "PDF", "application/pdf")
    assert (stored.size, stored.sha256) == (len(samples.PDF), hashlib.sha256(samples.PDF).hexdigest())
    assert stored.uploaded_by == user
    assert Path(stored.content.path).read_bytes() == samples.PDF
    assert Path(stored.content.path).stat().st_mode & 0o777 == 0o600


def test_the_storage_name_tells_nothing_and_the_same_content_may_come_twice():
    first, second = (store(samples.upload(samples.PDF, "secret.pdf"), by=None) for _i in range(2))
    assert first.sha256 == second.sha256
    assert first.content.name != second.content.name
    assert "secret" not in first.content.name
    assert len(first.content.name) == 41


@pytest.mark.parametrize(
    "content, name, code", [(b"", "a.pdf", "empty"), (b"MZ", "a.pdf", "kind"), (b"a,b\n", "a.csv", "kind"), (b"<html>", "a.pdf", "kind")]
)
def test_refused(content, name, code):
    with pytest.raises(ValidationError) as refused:
        store(samples.upload(content, name), by=None)
    assert refused.value.code == code
    assert not StoredFile.objects.exists()


def test_too_large(settings):
    settings.DOCUMENT_MAX_BYTES = 40
    with pytest.raises(ValidationError, match="larger than 40") as refused:
        store(samples.upload(samples.PDF), by=None)
    assert refused.value.code == "too_large"


def test_csv_only_where_it_is_asked_for():
    assert store(samples.upload(b"a,b\n1,2\n", "list.csv"), by=None, kinds=SPREADSHEETS).kind == Kind.CSV.name
    with pytest.raises(ValidationError, match="XLSX, ODS, CSV"):
        store(samples.upload(samples.PDF), by=None, kinds=SPREADSHEETS)


def test_bytes_made_here(settings):
    settings.DOCUMENT_MAX_BYTES = 1
    assert store_bytes(samples.PDF, "Agreement VTF-2026/041", by=None).name == "041.pdf"


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_serving():
    response = serve(store(samples.upload(samples.PDF, "отчёт.pdf"), by=None))
    assert body(response) == samples.PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%D0%BE%D1%82%D1%87%D1%91%D1%82.pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-store"


def test_serving_through_nginx(settings):
    settings.FILES_ACCEL_PREFIX = "/kept/"
    stored = store(samples.upload(samples.PDF), by=None)
    response = serve(stored)
    assert response["X-Accel-Redirect"] == f"/kept/{stored.content.name}"
    assert body(response) == b""


@pytest.mark.parametrize("harm", [lambda path: path.write_bytes(samples.PDF + b"!"), lambda path: path.unlink()])
def test_a_changed_or_missing_file_is_not_served(harm, caplog):
    stored = store(samples.upload(samples.PDF, "<b>x.pdf"), by=None)
    harm(Path(stored.content.path))
    response = serve(stored)
    assert response.status_code == 500
    assert b"held back" in response.content
    assert b"<b>" not in response.content
    assert f"Stored file {stored.pk}" in caplog.text
    with pytest.raises(CommandError, match="1 files"):
        call_command("check_files", stdout=StringIO())


def test_check_files_names_strays(settings):
    store(samples.upload(samples.PDF), by=None)
    (Path(settings.MEDIA_ROOT) / "stray").write_bytes(b"x")
    out = StringIO()
    call_command("check_files", stdout=out)
    lines = ["stray: no row knows it (an upload that was not finished)", "1 files, 0 missing or changed, 1 unknown"]
    assert out.getvalue().splitlines() == lines


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the shared list of naughty strings is not beside this checkout")
def test_naughty_names_are_stored_and_served():
    for name in json.loads(NAUGHTY.read_text(encoding="utf-8"))[::7]:
        header = serve(store(ContentFile(samples.PDF, name=name), by=None))["Content-Disposition"]
        assert header.startswith("attachment; filename")
        assert "\n" not in header


def test_the_form_field():
    class Form(forms.Form):
        paper = DocumentField()

    good = Form({}, {"paper": samples.upload(samples.office("docx"), "a.docx")})
    assert good.is_valid()
    assert store(good.cleaned_data["paper"], by=None).kind == "DOCX"
    bad = Form({}, {"paper": samples.upload(b"MZ" + bytes(10), "a.pdf")})
    assert bad.errors == {"paper": ["The file is a program. Programs are not taken."]}
    assert "PDF, JPEG, PNG, DOCX, XLSX, ODT, ODS, up to 10.0" in str(Form().fields["paper"].help_text)
    assert 'accept=".pdf,.jpg,.jpeg,' in str(Form()["paper"])
