"""The pages of the statements, their PDF and XLSX, and the lines behind a figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.files import serving
from trustfund.files.kinds import Kind
from trustfund.ledger.models import Subaccount
from trustfund.lists import Column, listing
from trustfund.money import Money
from trustfund.statements import catalogue, contributions, grant, pdf, permissions
from trustfund.statements.books import Books, Term, books_at, snapshot
from trustfund.statements.catalogue import STATEMENTS, keys_of, label_of
from trustfund.statements.forms import PeriodForm
from trustfund.statements.issuing import KINDS
from trustfund.statements.making import FORMATS, filename, set_name
from trustfund.statements.shape import Figure, Ratio, Row, Share, Statement

BEGINNING = "beginning"
"""In an address: from the first line on."""


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Which statements there are, as of which day."""
    if not permissions.can_see_any(request.user):
        raise PermissionDenied
    form = PeriodForm(request.GET)
    valid = form.is_valid()
    query = _query(form) if valid else ""
    shown = [_card(code, query) for code in STATEMENTS if permissions.can_see(request.user, code)]
    whole = f"{reverse('statements:set')}?{query}" if permissions.can_see(request.user, "set") else ""
    reads = permissions.can_see_lines(request.user)
    context = {"form": form, "statements": shown, "whole": whole, "reads": reads}
    context["issue"] = _issue_address(request, form.books, form.since_day, "set") if valid and whole else ""
    return render(request, "statements/index.html", context, status=200 if valid else 422)


def _card(code: str, query: str) -> dict[str, Any]:
    links = {format: _address(code, query, format) for format in FORMATS}
    return {"title": STATEMENTS[code].title, "text": STATEMENTS[code].text, "url": _address(code, query), **links}


def _own(books: Books) -> Callable[[Subaccount], str]:
    """The addresses of statements of donors and grants from the same books."""
    act = {} if books.act is None else {"act": books.act}
    query = urlencode({"as_of": books.as_of.isoformat(), "head": books.seq, **act})
    return lambda subaccount: f"{reverse('statements:subaccount', args=[subaccount.pk])}?{query}"


def _address(code: str, query: str, format: str = "") -> str:
    name, args = ("statements:download", [code, format]) if format else ("statements:statement", [code])
    return reverse(name, args=args) + (f"?{query}" if query else "")


def _query(form: PeriodForm) -> str:
    """The period as it stands in addresses; the head and the act only where they were asked for."""
    asked = {key: value for key, value in form.cleaned_data.items() if value not in (None, "")}
    return urlencode({key: value.isoformat() if isinstance(value, date) else value for key, value in asked.items()})


def _allowed(request: HttpRequest, code: str) -> None:
    if code not in STATEMENTS and code != "set":
        raise Http404
    if not permissions.can_see(request.user, code):
        raise PermissionDenied


@login_required
def statement(request: HttpRequest, code: str) -> HttpResponse:
    """One statement as a page; every figure leads to its lines."""
    _allowed(request, code)
    form = PeriodForm(request.GET)
    if not form.is_valid():
        return render(request, "statements/statement.html", {"form": form, "title": _("Statement")}, status=422)
    with snapshot():
        found = STATEMENTS[code].make(form.books, form.since_day, _own(form.books))
    links = {format: _address(code, _query(form), format) for format in FORMATS}
    links["issue"] = _issue_address(request, found.books, form.since_day, code)
    return render(request, "statements/statement.html", {"form": form, "title": pdf.numbered(found), **page(request, found), **links})


def _issue_address(request: HttpRequest, books: Books, since: date | None, code: str = "", of: int = 0) -> str:
    """Where exactly this statement is issued, for who may."""
    if not permissions.can_issue(request.user):
        return ""
    name, args = ("statements:issue_of", [of]) if of else ("statements:issue", [code])
    exact = {"as_of": books.as_of, "since": since or "", "head": books.seq, "act": books.last_act}
    return f"{reverse(name, args=args)}?{urlencode(exact)}"


def page(request: HttpRequest, found: Statement) -> dict[str, Any]:
    """What the template "statements/tables.html" shows of a statement (also for the pages of upper rooms)."""
    linked = permissions.can_see_lines(request.user)
    tables = [
        {"table": table, "heads": _heads(table.heads, table.rows), "rows": [_row(found, row, linked) for row in table.rows]}
        for table in found.tables
        if table.rows or table.texts
    ]
    return {"statement": found, "tables": tables}


def _heads(heads: Any, rows: Any) -> list[dict[str, Any]]:
    money = {index for row in rows for index, value in enumerate(row.values, 1) if isinstance(value, Figure)}
    shares = {index for row in rows for index, value in enumerate(row.values, 1) if isinstance(value, Share | Ratio)}
    return [{"label": head, "money": index in money, "number": index in money | shares} for index, head in enumerate(heads)]


def _row(found: Statement, row: Row, linked: bool) -> dict[str, Any]:
    cells = [_cell(found, row, value, linked) for value in row.values]
    return {"row": row, "cells": cells}


def _cell(found: Statement, row: Row, value: Any, linked: bool) -> dict[str, Any]:
    if isinstance(value, Share | Ratio):
        return {"share": str(value)}
    if not isinstance(value, Figure):
        return {"text": value if isinstance(value, str) else None, "day": None if isinstance(value, str) else value}
    term = value.terms[0] if linked and len(value.terms) == 1 and value.amount else None
    return {"money": value.amount, "url": _lines_address(found.books, term) if term else ""}


def _lines_address(books: Books, term: Term) -> str:
    since = term.since.isoformat() if term.since else BEGINNING
    return reverse("statements:lines", args=[term.key, since, term.until.isoformat(), books.seq])


@login_required
def download(request: HttpRequest, code: str, format: str) -> HttpResponse:
    """One statement as a file; the same address with a head gives the same bytes."""
    _allowed(request, code)
    form = PeriodForm(request.GET)
    if format not in FORMATS or not form.is_valid():
        raise Http404
    with snapshot():
        return respond(STATEMENTS[code].make(form.books, form.since_day, _own(form.books)), format)


@login_required
def whole_set(request: HttpRequest) -> HttpResponse:
    """The financial statements of a period, I to VI, as one PDF."""
    _allowed(request, "set")
    form = PeriodForm(request.GET)
    if not form.is_valid():
        raise Http404
    with snapshot():
        found = catalogue.whole_set(form.books, form.since_day)
        return serving.download(pdf.made_set(found), set_name(found), Kind.PDF)


def respond(found: Statement, format: str) -> HttpResponse:
    """A statement as a download, "pdf" or "xlsx" (also for the pages of upper rooms)."""
    kind, make = FORMATS[format]
    return serving.download(make(found), filename(found, format), kind)


@login_required
def subaccount(request: HttpRequest, pk: int) -> HttpResponse:
    """The statement of one donor, agreement or grant, for who sees the books."""
    form, found = _of_subaccount(request, pk)
    if found is None:
        return render(request, "statements/statement.html", {"form": form, "title": _("Statement")}, status=422)
    query = _query(form)
    links = {format: f"{reverse('statements:subaccount_download', args=[pk, format])}?{query}" for format in FORMATS}
    links["issue"] = _issue_address(request, found.books, form.since_day, of=pk)
    return render(request, "statements/statement.html", {"form": form, "title": found.subject, **page(request, found), **links})


@login_required
def subaccount_download(request: HttpRequest, pk: int, format: str) -> HttpResponse:
    """The same as a file."""
    _form, found = _of_subaccount(request, pk)
    if found is None or format not in FORMATS:
        raise Http404
    return respond(found, format)


def _of_subaccount(request: HttpRequest, pk: int) -> tuple[PeriodForm, Statement | None]:
    if not permissions.can_see_lines(request.user):
        raise PermissionDenied
    about = get_object_or_404(Subaccount, pk=pk, kind__in=KINDS)
    form = PeriodForm(request.GET)
    if not form.is_valid():
        return form, None
    with snapshot():
        if about.kind == Subaccount.Kind.GRANT:
            return form, grant.grant_statement(form.books, about, subject=about.name, staff=True)
        return form, contributions.donor_statement(form.books, about, form.since_day, subject=about.name)


def _columns(books: Books) -> list[Column]:
    """The columns of the lines behind a figure; entries are opened as of the same day and head."""
    query = urlencode({"as_of": books.as_of.isoformat(), "head": books.seq})
    return [LINES[0], replace(LINES[1], url=lambda line: f"{line.entry.get_absolute_url()}?{query}"), *LINES[2:]]


LINES = [
    Column("date", gettext_lazy("Date"), "date", kind="date", sort="date"),
    Column("entry", gettext_lazy("Entry"), lambda line: str(line.entry), sort="entry_id"),
    Column("reference", gettext_lazy("Reference"), "entry.reference"),
    Column("account", gettext_lazy("Account"), lambda line: f"{line.account_id} {line.account.name}", sort="account"),
    Column("subaccount", gettext_lazy("Subaccount"), "subaccount.name"),
    Column("debit", gettext_lazy("Debit (USD)"), lambda line: Money.from_minor(line.debit, "USD"), kind="money", sort="debit"),
    Column("credit", gettext_lazy("Credit (USD)"), lambda line: Money.from_minor(line.credit, "USD"), kind="money", sort="credit"),
]


@login_required
def lines(request: HttpRequest, key: str, since: str, until: str, head: int) -> HttpResponse:
    """The lines behind a figure: of a statement line, or of an account, from a day (or the beginning) to a day, up to a head."""
    if not permissions.can_see_lines(request.user):
        raise PermissionDenied
    start, books = _asked(key, since, until, head)
    found = books.keys.behind(books.lines(start), key)
    if found is None:
        raise Http404
    found, label = found.select_related("entry", "account", "subaccount"), label_of(key)
    about = Statement("lines", label, books, [], since=start)
    return listing(
        request,
        found,
        title=_("Lines of %(figure)s") % {"figure": label},
        columns=_columns(books),
        search=["entry__reference", "subaccount__name"],
        sort="date",
        template="statements/lines.html",
        context={"period": about.period, "head": about.head, **_sums(found)},
    )


def _sums(lines: QuerySet[Any]) -> dict[str, Money]:
    """What the lines come to, in USD: a figure where it is a debit, a figure turned round where it is a credit."""
    sums = lines.order_by().aggregate(debits=Sum("debit"), credits=Sum("credit"))
    debits, credits = (Money.from_minor(sums[name] or 0, "USD") for name in ("debits", "credits"))
    return {"debits": debits, "credits": credits, "balance": debits - credits}


def _asked(key: str, since: str, until: str, head: int) -> tuple[date | None, Books]:
    """The first day and the books that an address names; an account's have its closing entries. Http404 for what never was."""
    try:
        start = None if since == BEGINNING else date.fromisoformat(since)
        return start, books_at(date.fromisoformat(until), head, keys=keys_of(key))
    except (ValueError, ValidationError) as error:
        raise Http404 from error
