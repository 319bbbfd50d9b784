"""Pages on which exchange rate was used where."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from trustfund.ledger import shown
from trustfund.ledger.exchange import rate_use
from trustfund.ledger.exchange.models import Rate
from trustfund.ledger.exchange.rates import currencies
from trustfund.ledger.fields import plain
from trustfund.ledger.readers import readers
from trustfund.lists import Filter, listing
from trustfund.ui.formatting import day_text

ABOUT = ("entry", "account", "subaccount")
SEARCH = ["entry__reference", "subaccount__code"]


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One rate, and the lines on which it was used while it was in force."""
    rate = get_object_or_404(Rate.objects.visible_to(request.user).select_related("added_by"), pk=pk)
    names = {"currency": rate.currency, "day": day_text(rate.effective_on)}
    return listing(
        request,
        rate_use.used_by(rate).select_related(*ABOUT),
        title=_("%(currency)s since %(day)s") % names,
        columns=shown.RATE_USES,
        search=SEARCH,
        sort="date",
        empty={"text": _("This rate was used on no line while it was in force.")},
        template="ledger/rate.html",
        context={"rate": rate, "units": plain(rate.value)},
    )


@readers
@require_GET
def others(request: HttpRequest) -> HttpResponseBase:
    """Lines whose rate is not the one in force on their day, each with the reason."""
    return listing(
        request,
        rate_use.other_rates().select_related(*ABOUT),
        title=_("Lines at another rate than that of their day"),
        columns=shown.OTHER_RATES,
        search=SEARCH,
        filters=[Filter("currency", _("Currency"), currencies, "currency")],
        sort="-date",
        empty={"text": _("Every line in another currency has the rate that was in force on its day.")},
        template="ledger/other_rates.html",
    )
