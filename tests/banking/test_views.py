"""The pages of the banks' statements: who sees them, what they show, what a person does there."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.banking.files import IBAN, Fact, Facts, camt
from tests.factories.banking import make_details, make_line, make_statement
from tests.factories.books import DAY, make_bank, open_years, post
from tests.factories.people import make_user
from tests.factories.vouchers import credit, debit, make_voucher
from trustfund import clock
from trustfund.banking import actions
from trustfund.banking.models import BankDetails, BankLine, BankStatement, Match
from trustfund.banking.open_items import open_lines
from trustfund.ledger import postings
from trustfund.ledger.models import Subaccount
from trustfund.money import usd
from trustfund.people.home import items_for
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
LISTS = ["index", "lines", "accounts", "reconciliation"]
READERS = [Role.FINANCE, Role.APPROVER, Role.AUDITOR]
OTHERS = [None, Role.PROGRAMME, Role.REVIEWER, Role.TRUSTEE, Role.MANAGER, Role.ADMINISTRATOR]
FACTS = Facts([Fact(usd("100.00"), counterparty="Arendal", text="Gift"), Fact(usd("-3.00"), after=5)], opening=usd("0.00"), first=DAY)


def sign_in(client, *roles):
    user = make_user(*roles)
    client.force_login(user)
    return user


def upload(content: bytes, **more: object) -> dict[str, object]:
    return {"details": BankDetails.objects.get().pk, "file": SimpleUploadedFile("march.xml", content), **more}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("role", READERS)
def test_the_lists_are_read_by_finance_the_approver_and_the_auditor(client, name, role):
    sign_in(client, role)
    assert client.get(reverse(f"banking:{name}")).status_code == 200


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_reads_them(client, name, role):
    sign_in(client, role)
    assert client.get(reverse(f"banking:{name}")).status_code == 403


@pytest.mark.parametrize("name", LISTS)
def test_the_anonymous_are_asked_to_sign_in(client, name):
    assert client.get(reverse(f"banking:{name}")).status_code == 302


@pytest.mark.parametrize("role, status", [*((role, 200) for role in READERS), *((role, 404) for role in OTHERS)])
def test_a_statement_its_file_and_its_lines(client, role, status):
    line = make_line(usd("1.00"), first=DAY)
    sign_in(client, role)
    for name, pk in [("detail", line.statement_id), ("file", line.statement_id), ("line", line.pk)]:
        assert client.get(reverse(f"banking:{name}", args=[pk])).status_code == status


@pytest.mark.parametrize("role, status", [(Role.FINANCE, 200), (Role.APPROVER, 403), (Role.AUDITOR, 403), (None, 404)])
def test_who_may_act_on_a_line(client, role, status):
    line = make_line(usd("1.00"), first=DAY)
    sign_in(client, role)
    assert client.get(reverse("banking:take_up", args=[line.pk, "unidentified"])).status_code == status
    assert client.post(reverse("banking:confirm", args=[line.pk])).status_code == (422 if status == 200 else status)
    assert client.get(reverse("banking:undo", args=[line.pk])).status_code == (409 if status == 200 else status)


@pytest.mark.parametrize("role, status", [(Role.FINANCE, 200), (Role.APPROVER, 403), (Role.AUDITOR, 403), (Role.MANAGER, 403), (None, 403)])
def test_who_may_import_and_describe(client, role, status):
    details = make_details()
    sign_in(client, role)
    assert client.get(reverse("banking:take_in")).status_code == status
    assert client.get(reverse("banking:describe", args=[details.bank.code])).status_code == status


def test_a_statement_is_imported(client):
    make_details()
    sign_in(client, Role.FINANCE)
    response = client.post(reverse("banking:take_in"), upload(camt(FACTS)))
    statement = BankStatement.objects.get()
    assert response.url == statement.get_absolute_url()
    page = client.get(response.url).content.decode()
    assert "Arendal" in page
    assert statement.file.sha256 in page


def test_what_is_wrong_stands_on_the_form(client):
    make_details(account="AT483200000012345864")
    sign_in(client, Role.FINANCE)
    response = client.post(reverse("banking:take_in"), upload(camt(FACTS)))
    assert response.status_code == 422
    assert f"it is of the account {IBAN}" in response.content.decode()
    assert not BankStatement.objects.exists()
    assert client.post(reverse("banking:take_in"), {}).status_code == 422


def test_the_account_comes_first(client):
    sign_in(client, Role.FINANCE)
    assert "Say first what the bank calls the account" in client.get(reverse("banking:take_in")).content.decode()


def test_an_account_is_described_with_its_layout(client):
    bank = make_bank()
    sign_in(client, Role.FINANCE)
    url = reverse("banking:describe", args=[bank.code])
    form = {"account": IBAN.lower(), "signs": "columns", "booked": "Datum", "credit": "Haben", "debit": "Soll", "delimiter": ";"}
    form |= {"decimal_mark": ",", "date_format": "%d.%m.%Y", "encoding": "cp1252", "head_row": "4"}
    assert client.post(url, form).status_code == 302
    details = BankDetails.objects.get()
    assert (details.account, details.layout.booked, details.layout.debit, details.layout.head_row) == (IBAN, "Datum", "Soll", 4)
    page = client.get(url).content.decode()
    assert 'value="Datum"' in page
    assert client.post(url, form | {"debit": ""}).status_code == 422
    assert client.post(url, form | {"account": "<b>"}).status_code == 422
    assert client.post(url, form | {"booked": ""}).status_code == 302
    assert BankDetails.objects.get().layout is None


def test_a_suggestion_is_confirmed_and_taken_back(client):
    open_years(2026)
    post(postings.interest(make_bank(), usd("100.00")), DAY)
    line = make_line(usd("100.00"), first=DAY)
    sign_in(client, Role.FINANCE)
    page = client.get(line.get_absolute_url())
    assert "Because of: the amount, 1 day apart" in page.content.decode()
    (suggestion,) = page.context["suggestions"]
    response = client.post(reverse("banking:confirm", args=[line.pk]), {"suggestion": suggestion.value})
    assert response.url == line.get_absolute_url()
    assert "Take the match back" in client.get(response.url).content.decode()
    assert client.post(reverse("banking:confirm", args=[line.pk]), {"suggestion": suggestion.value}).status_code == 409
    assert client.post(reverse("banking:undo", args=[line.pk])).status_code == 302
    assert not Match.objects.exists()


@pytest.mark.parametrize("suggestion", ["", "x", "1,", "9" * 19, "999"])
def test_a_suggestion_that_is_none_is_refused(client, suggestion):
    line = make_line(usd("1.00"), first=DAY)
    sign_in(client, Role.FINANCE)
    assert client.post(reverse("banking:confirm", args=[line.pk]), {"suggestion": suggestion}).status_code == 422


def test_lines_are_chosen_by_hand(client):
    open_years(2026)
    for amount in ("60.00", "40.00", "1.00"):
        post(postings.interest(make_bank(), usd(amount)), DAY - timedelta(days=70))
    line = make_line(usd("100.00"), first=DAY)
    sign_in(client, Role.FINANCE)
    first, second, third = open_lines(line.bank)
    url = reverse("banking:confirm", args=[line.pk])
    wrong = client.post(url, {"lines": [first.pk, third.pk]})
    assert wrong.status_code == 422
    assert "a difference of" in wrong.content.decode()
    assert client.post(url, {"lines": [first.pk, second.pk]}).status_code == 302
    assert Match.objects.get().parts.count() == 2


def test_an_offer_is_asked_once_more_then_posted(client):
    open_years(clock.today().year)
    line = make_line(usd("12.00"), first=DAY, counterparty="Charity run")
    sign_in(client, Role.FINANCE)
    url = reverse("banking:take_up", args=[line.pk, "unidentified"])
    assert "Charity run" in client.get(url).content.decode()
    assert client.post(url).status_code == 302
    assert BankLine.objects.unmatched().count() == 0
    assert client.get(url).status_code == 409
    assert client.get(reverse("banking:take_up", args=[line.pk, "payment-1"])).status_code == 409


def test_finance_is_told_what_waits_and_nobody_else():
    make_statement(Fact(usd("1.00")), Fact(usd("2.00")))
    titles = {role: [item.title for item in items_for(make_user(role)) if "bank" in item.title] for role in [Role.FINANCE, Role.AUDITOR]}
    assert titles == {Role.FINANCE: ["Match 2 lines of bank statements"], Role.AUDITOR: []}


def test_the_list_of_lines_is_narrowed_to_those_to_match(client):
    open_years(2026)
    post(postings.interest(make_bank(), usd("2.00")), DAY)
    statement = make_statement(Fact(usd("1.00")), Fact(usd("2.00")), first=DAY)
    first, second = statement.lines.all()
    actions.confirm(second, list(open_lines(second.bank)), by=make_user(Role.FINANCE))
    sign_in(client, Role.AUDITOR)
    shown = {state: list(client.get(reverse("banking:lines"), {"state": state}).context["listing"].rows) for state in ("open", "matched")}
    assert shown == {"open": [first], "matched": [second]}


def queries(client, url: str) -> int:
    with CaptureQueriesContext(connection, ) as counted:
        assert client.get(url).status_code == 200
    return len(counted)


def fill(number: int, already: int = 0) -> None:
    """So many statements of the one account, each with a line that is matched and one that is not."""
    details, finance = BankDetails.objects.first() or make_details(), make_user(Role.FINANCE)
    for index in range(already, number):
        opening, day = usd(2 * index), date(2026, 1, 1) + timedelta(days=index)
        post(postings.interest(details.bank, usd("1.00")), day)
        entries = [Fact(usd("1.00"), after=0), Fact(usd("1.00"), after=0)]
        statement = make_statement(*entries, details=details, by=finance, opening=opening, number=f"N-{index}", first=day, days=0)
        actions.confirm(statement.lines.first(), list(open_lines(details.bank)), by=finance)


@pytest.mark.parametrize("name", ["index", "lines", "detail", "reconciliation"])
def test_a_list_asks_as_often_for_50_rows_as_for_1(client, name):
    open_years(2026)
    fill(1)
    sign_in(client, Role.AUDITOR)
    if name == "detail":
        url = BankStatement.objects.get().get_absolute_url()
    else:
        url = reverse(f"banking:{name}") + ("?bank=BANK-USD&day=2026-12-31" if name == "reconciliation" else "?size=100")
    client.get(url)
    few = queries(client, url)
    if name == "detail":
        details = BankDetails.objects.get()
        entries = [Fact(usd("1.00"), after=0)] * 50
        many = make_statement(*entries, details=details, opening=usd("2.00"), number="many", first=date(2026, 2, 1))
        url = many.get_absolute_url() + "?size=100"
    else:
        fill(50, already=1)
    assert queries(client, url) <= few + (1 if name == "detail" else 0)  # one more: the statement before


def test_the_reconciliation_says_which_voucher_posted_a_line_whose_it_is_and_what_for(client):
    open_years(2026)
    fill(2)
    voucher = make_voucher("approved", [debit("5300", "4.00"), credit("1010", "4.00", Subaccount.objects.get(code="BANK-USD"))])
    sign_in(client, Role.AUDITOR)
    url = reverse("banking:reconciliation") + f"?bank=BANK-USD&day={voucher.date}"
    words = f"Voucher {voucher} by {voucher.maker.name}: The audit of 2025"
    assert words in client.get(url).content.decode()
    assert words in b"".join(client.get(f"{url}&export=csv")).decode()


@pytest.mark.parametrize("format, start", [("csv", b"\xef\xbb\xbfPart of the statement"), ("xlsx", b"PK")])
def test_the_reconciliation_statement_is_given_as_a_file(client, format, start):
    open_years(2026)
    fill(2)
    sign_in(client, Role.AUDITOR)
    url = reverse("banking:reconciliation") + "?bank=BANK-USD&day=2026-01-31"
    page = client.get(url).content.decode()
    assert "Balance per books" in page
    response = client.get(f"{url}&export={format}")
    assert b"".join(response).startswith(start)
    if format == "csv":
        text = b"".join(client.get(f"{url}&export=csv")).decode()
        assert "Balance per bank,2026-01-31,,,4.00" in text
        assert text.splitlines()[-1] == "Balance per books,2026-01-31,,,2.00"


def test_a_difference_is_named_on_the_page(client):
    open_years(2026)
    post(postings.interest(make_bank(), usd("990.00")), DAY - timedelta(days=3))
    make_statement(Fact(usd("50.00")), first=DAY, opening=usd("1000.00"))
    sign_in(client, Role.FINANCE)
    page = client.get(reverse("banking:reconciliation") + f"?bank=BANK-USD&day={DAY + timedelta(days=10)}").content.decode()
    assert "The books and the bank differ by" in page
    assert client.get(reverse("banking:reconciliation") + "?bank=NONE&day=x").status_code == 422
    assert client.get(reverse("banking:reconciliation") + "?bank=BANK-USD&day=2020-01-01").status_code == 200


def test_the_reconciliation_begins_with_an_account_that_has_a_statement(client):
    open_years(2026)
    sign_in(client, Role.FINANCE)
    url = reverse("banking:reconciliation")
    assert "Balance per books" not in client.get(url).content.decode()
    fill(2)
    assert "Balance per books" in client.get(url).content.decode()


def test_lines_of_the_bank_are_chosen_together_by_hand_or_as_suggested(client):
    open_years(2026)
    post(postings.interest(make_bank(), usd("100.00")), DAY)
    statement = make_statement(Fact(usd("60.00")), Fact(usd("40.00")), details=make_details(), first=DAY, days=2)
    first, second = statement.lines.all()
    sign_in(client, Role.FINANCE)
    page = client.get(first.get_absolute_url())
    (shown,) = page.context["suggestions"]
    assert "Together with this line of the bank" in page.content.decode()
    url, (line,) = reverse("banking:confirm", args=[first.pk]), open_lines(first.bank)
    assert client.post(url, {"lines": [line.pk]}).status_code == 422
    assert client.post(url, {"suggestion": shown.value, "others": "9" * 19}).status_code == 422
    assert client.post(url, {"lines": [line.pk], "others": [second.pk]}).status_code == 302
    assert "Together with these lines of the bank" in client.get(first.get_absolute_url()).content.decode()
    actions.undo(BankLine.objects.get(pk=first.pk), by=make_user(Role.FINANCE))
    assert client.post(url, {"suggestion": shown.value, "others": shown.others_value}).status_code == 302
    assert Match.objects.get().bank_lines.count() == 2


def test_the_reconciliation_is_a_pdf_too(client):
    make_line(usd("1.00"), first=DAY)
    sign_in(client, Role.AUDITOR)
    answer = client.get(reverse("banking:reconciliation"), {"bank": "BANK-USD", "day": "2026-03-31", "export": "pdf"})
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_the_bic_of_our_bank_is_kept_for_payment_files(client):
    bank = make_bank()
    sign_in(client, Role.FINANCE)
    url = reverse("banking:describe", args=[bank.code])
    form = {"account": IBAN, "signs": "signed", "delimiter": ",", "decimal_mark": ".", "date_format": "%Y-%m-%d"}
    form |= {"encoding": "utf-8-sig", "head_row": "1"}
    assert client.post(url, {**form, "bic": "BKAU"}).status_code == 422
    assert client.post(url, {**form, "bic": "bkauatww"}).status_code == 302
    assert BankDetails.objects.get().bic == "BKAUATWW"
