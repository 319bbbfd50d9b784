"""What a list shows, as a CSV or an XLSX: the same rows, the same columns, the same order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from import_export import fields, resources

from trustfund import clock
from trustfund.cells import csv_rows
from trustfund.documents.workbook import Workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ListingResource(resources.Resource):  # type: ignore[misc]  # django-import-export has no types
    """The columns of a list as an import-export resource: it reads rows in chunks, so prefetched relations stay at a constant cost."""

    def __init__(self, columns: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields = {c.key: fields.Field(column_name=str(c.label), readonly=True, dehydrate_method=c.text) for c in columns}

    def get_export_order(self) -> tuple[str, ...]:
        return tuple(self.fields)

    def rows(self, queryset: QuerySet[Any] | Sequence[Any]) -> Iterator[list[Any]]:
        """The head, then each row's values (Decimal, int, date or text)."""
        yield self.get_export_headers()
        for row in self.iter_queryset(queryset):
            yield self.export_resource(row)


def response(format: str, title: Any, columns: Sequence[Any], queryset: QuerySet[Any] | Sequence[Any]) -> HttpResponseBase:
    """The rows of a queryset or list as a download; `format`: "csv" (streamed) or "xlsx"; columns have `key`, `label`, `text(row)`."""
    rows = ListingResource(columns).rows(queryset)
    if format == "csv":
        made: HttpResponseBase = StreamingHttpResponse((text.encode() for text in csv_rows(rows)), content_type="text/csv; charset=utf-8")
    else:
        made = HttpResponse(workbook(title, rows, len(columns)), content_type=XLSX)
    made["Content-Disposition"] = content_disposition_header(True, filename(title, format)) or "attachment"
    made["X-Content-Type-Options"] = "nosniff"
    made["Cache-Control"] = "private, no-store"
    return made


def workbook(title: Any, rows: Iterator[list[Any]], columns: int) -> bytes:
    """The rows as a workbook of one sheet; the first one is the head."""
    book = Workbook(title, streaming=True)
    sheet = book.sheet(title, widths=[22] * columns)
    sheet.row(next(rows), "head")
    sheet.freeze()
    for row in rows:
        sheet.row(row)
    return book.content()


def filename(title: Any, format: str) -> str:
    """ "Payments 2026-11-21.csv": what it is and of which day."""
    kept = re.sub(r'[\x00-\x1f/\\<>:"|?*\s]+', " ", str(title)).strip()[:80] or "list"
    return f"{kept} {clock.today():%Y-%m-%d}.{format}"
