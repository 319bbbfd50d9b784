"""Every list page: search, filters in the URL, sort, page size, sums, and an export of exactly what is shown.

A room describes its columns; `listing()` does the rest the same way everywhere, at a constant number of queries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from trustfund.money import Money

PAGE_SIZES = (25, 50, 100, 200)
FAR = 5_000
"""From this row on a page is found by its keys, and from the nearer end: nobody waits for a million rows that are passed over."""


@dataclass(frozen=True)
class Column:
    """One column: its key in the URL, its head, how a row gives the value, and by which ORM field it sorts.

    `value` is a callable of the row or a dotted attribute path; `kind` is "text", "money", "date", "datetime", "number" or
    "state" (the value is then the object itself); `url` gives the row's own page (the first column's is the row's);
    `total` names the ORM field to sum over all filtered rows at the foot.
    """

    key: str
    label: Any
    value: Callable[[Any], Any] | str
    kind: str = "text"
    sort: str = ""
    url: Callable[[Any], str] | None = None
    total: str = ""

    def of(self, row: Any) -> Any:
        """The value of a row in this column."""
        if callable(self.value):
            return self.value(row)
        for part in self.value.split("."):
            row = getattr(row, part) if row is not None else None
        return row() if callable(row) and not hasattr(row, "_meta") else row

    def text(self, row: Any) -> Any:
        """The value as a spreadsheet cell: amounts as Decimal, states as words, moments without a zone."""
        value = self.of(row)
        if self.kind == "state":
            return value.get_state_display() if value is not None else ""
        if isinstance(value, Money):
            return value.amount
        if isinstance(value, datetime):
            return value.strftime("%Y-%m-%d %H:%M UTC")
        if isinstance(value, date | int | Decimal):
            return value
        return "" if value is None else str(value)


@dataclass(frozen=True)
class Filter:
    """One filter: a key of the URL, its label, the choices (value, label) and the ORM lookup (or a callable of queryset and value)."""

    key: str
    label: Any
    choices: Sequence[tuple[Any, Any]] | Callable[[], Sequence[tuple[Any, Any]]]
    lookup: str | Callable[[QuerySet[Any], str], QuerySet[Any]]

    def options(self) -> list[tuple[str, Any]]:
        choices = self.choices() if callable(self.choices) else self.choices
        return [(str(value), label) for value, label in choices]

    def apply(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Only a value that is offered filters; anything else in the URL is ignored."""
        if value not in {option for option, _label in self.options()}:
            return queryset
        return self.lookup(queryset, value) if callable(self.lookup) else queryset.filter(**{self.lookup: value})


@dataclass
class Listing:
    """What the template `listing.html` shows."""

    columns: Sequence[Column]
    rows: Any
    page: Any
    totals: list[Any]
    filters: list[dict[str, Any]]
    query: str
    sort: str
    size: int
    title: str
    searchable: bool
    empty: Mapping[str, Any] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)

    def link(self, **changes: Any) -> str:
        """The same list with other parameters."""
        merged = {**self.params, **{key: str(value) for key, value in changes.items()}}
        return "?" + urlencode({key: value for key, value in merged.items() if value})

    def narrowed(self) -> bool:
        """Whether a search or a filter is on."""
        return bool(self.query) or any(each["value"] for each in self.filters)

    def heads(self) -> list[dict[str, Any]]:
        """Each column's head: label, kind, the link that sorts by it, and how it is sorted now."""
        return [self._head(column) for column in self.columns]

    def _head(self, column: Column) -> dict[str, Any]:
        now = {column.key: "ascending", f"-{column.key}": "descending"}.get(self.sort, "none")
        other = f"-{column.key}" if now == "ascending" else column.key
        return {"column": column, "link": self.link(sort=other, page="") if column.sort else "", "order": now}

    def cells(self) -> list[dict[str, Any]]:
        """Each row: its own address and its cells (column, value, url)."""
        return [self._row(row) for row in self.rows]

    def _row(self, row: Any) -> dict[str, Any]:
        cells = [{"column": c, "value": c.of(row), "url": c.url(row) if c.url else ""} for c in self.columns]
        return {"url": cells[0]["url"], "cells": cells}

    def feet(self) -> list[tuple[Column, Any]]:
        """Each column with the sum at its foot (None where there is none)."""
        return list(zip(self.columns, self.totals, strict=True))

    def pages(self) -> dict[str, str]:
        """Links to the page before and after."""
        page = self.page
        return {
            "previous": self.link(page=page.previous_page_number()) if page.has_previous() else "",
            "next": self.link(page=page.next_page_number()) if page.has_next() else "",
        }

    def exports(self) -> list[tuple[str, str]]:
        return [("CSV", self.link(export="csv", page="")), ("XLSX", self.link(export="xlsx", page=""))]

    def sizes(self) -> list[tuple[int, str, bool]]:
        return [(size, self.link(size=size, page=""), size == self.size) for size in PAGE_SIZES]


Sums = Callable[[QuerySet[Any], Mapping[str, str]], Mapping[str, Any] | None]
"""From the rows of a list and the parameters of its address to the sums at its foot, by the columns' keys; None where it can't tell."""


class Pages(Paginator):  # type: ignore[type-arg]
    """Django's pages; those far from the beginning cost as little as the others."""

    def page(self, number: int | str) -> Any:
        number = self.validate_number(number)
        bottom = (number - 1) * self.per_page
        return Page(self._rows(bottom, min(bottom + self.per_page, self.count)), number, self)

    def _rows(self, bottom: int, top: int) -> Any:
        found: Any = self.object_list
        if bottom < FAR:
            return found[bottom:top]
        keys = found.values_list("pk", flat=True)
        near = keys[bottom:top] if bottom * 2 <= self.count else keys.reverse()[self.count - top : self.count - bottom]
        return found.filter(pk__in=list(near))


def listing(
    request: HttpRequest,
    queryset: QuerySet[Any],
    *,
    title: str,
    columns: Sequence[Column],
    search: Sequence[str] | Callable[[QuerySet[Any], str], QuerySet[Any]] = (),
    filters: Sequence[Filter] = (),
    sort: str = "",
    empty: Mapping[str, Any] | None = None,
    template: str = "listing.html",
    context: Mapping[str, Any] | None = None,
    sums: Sums | None = None,
    finish: Callable[[list[Any]], None] | None = None,
) -> HttpResponse:
    """The list page of a queryset that is already `visible_to` the reader, or its export.

    URL: `q` search text (icontains over `search`, or what `search(queryset, text)` makes of it), each filter's key,
    `sort` (a column's key, `-` before it descends), `size`, `page`, `export=csv|xlsx`.
    `empty` is {"text", "url", "label"}: what to do when there is nothing.
    `context` goes to the template (extend "listing.html" and fill its blocks `before`, `actions`, `after`).
    Of large tables: `sums` may know the sums at the foot without looking at every row, `finish` adds to the rows that are shown.
    """
    params = {key: str(value) for key, value in request.GET.items() if key != "export"}
    found = _filtered(queryset, params, search, filters)
    if sums and search and params.get("q"):
        found = _looked_up(found)
    order = params.get("sort") or sort
    found = _sorted(found, order, columns)
    if request.GET.get("export") in ("csv", "xlsx"):
        from trustfund.documents import tables  # the export writers stand one floor up

        # a CSV is streamed, which views need not know
        return cast(HttpResponse, tables.response(request.GET["export"], title, columns, found))
    size = _number(params.get("size"), PAGE_SIZES[0], allowed=PAGE_SIZES)
    page = Pages(found, size).get_page(params.get("page"))
    if finish:
        page.object_list = list(page.object_list)
        finish(page.object_list)
    shown = Listing(
        columns=columns,
        rows=page.object_list,
        page=page,
        totals=_totals(found, columns, sums(found, params) if sums else None),
        filters=[{"filter": f, "options": f.options(), "value": params.get(f.key, "")} for f in filters],
        query=params.get("q", ""),
        sort=order,
        size=size,
        title=title,
        searchable=bool(search),
        empty=empty or {"text": _("There is nothing here yet.")},
        params=params,
    )
    return render(request, template, {"listing": shown, "title": title, **(context or {})})


def _searched(queryset: QuerySet[Any], text: str, search: Any) -> QuerySet[Any]:
    words = text.replace("\x00", "").split()[:8]
    if callable(search):
        return search(queryset, " ".join(words)) if words else queryset
    for word in words if search else ():
        match = Q()
        for name in search:
            match |= Q(**{f"{name}__icontains": word})
        queryset = queryset.filter(match)
    return queryset


def _looked_up(found: QuerySet[Any]) -> QuerySet[Any]:
    """What was searched in a large table, by its keys: it is searched once, not for the page and the number and the sums."""
    keys = list(found.order_by().values_list("pk", flat=True)[: FAR + 1])
    return found if len(keys) > FAR else found.filter(pk__in=keys)


def _filtered(queryset: QuerySet[Any], params: Mapping[str, str], search: Any, filters: Sequence[Filter]) -> QuerySet[Any]:
    queryset = _searched(queryset, params.get("q", ""), search)
    for each in filters:
        if params.get(each.key):
            queryset = each.apply(queryset, params[each.key])
    return queryset


def _sorted(queryset: QuerySet[Any], order: str, columns: Sequence[Column]) -> QuerySet[Any]:
    """Ordered by the wanted column and then by primary key, so that pages never overlap."""
    by_key = {column.key: column.sort for column in columns if column.sort}
    name = by_key.get(order.removeprefix("-"))
    if not name:
        return queryset if queryset.ordered else queryset.order_by("pk")
    return queryset.order_by(f"-{name}" if order.startswith("-") else name, "pk")


def _totals(queryset: QuerySet[Any], columns: Sequence[Column], known: Mapping[str, Any] | None = None) -> list[Any]:
    wanted = {column.key: Sum(column.total) for column in columns if column.total}
    sums = known if known is not None else queryset.order_by().aggregate(**wanted) if wanted else {}
    return [sums.get(column.key) for column in columns] if wanted else []


def _number(text: str | None, default: int, allowed: Sequence[int]) -> int:
    return next((each for each in allowed if text == str(each)), default)
