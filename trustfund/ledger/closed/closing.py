"""Year-end: revenue and expense go to the accumulated surplus, as an entry of period 13."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from trustfund.ledger import balances, posting, postings, sealing
from trustfund.ledger.models import Entry


@transaction.atomic
def close_year(year: int, *, by: Any) -> Entry:
    """Post the year-end closing: per account, window and subaccount to 3010. ValidationError when there is nothing to close.

    A posting into the year afterwards is closed by a further entry, so that this may be repeated.
    """
    sealing.lock_heads()
    legs = postings.year_closed(balances.unclosed_results(year))
    if not legs:
        raise ValidationError(_("The year %(year)s has no revenue or expense left to close.") % {"year": year}, code="nothing")
    times = Entry.objects.filter(year_id=year, kind=Entry.Kind.CLOSING).count()
    reference = f"year:{year}:closing:{times + 1}"
    return posting.post(legs, reference=reference, on=date(year, 12, 31), by=by, source="year.close", kind=Entry.Kind.CLOSING)
