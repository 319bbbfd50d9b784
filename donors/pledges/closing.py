"""What of the pledges belongs to the closing of a month."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donors.pledges import carrying
from donors.pledges.models import Instalment
from trustfund.closings.checks import Check, Found
from trustfund.ledger.models import Line, Period


def to_bring_current(period: Period) -> Found | None:
    """Receivables that fell due within twelve months of the end of the period and still stand as non-current."""
    standing = Line.objects.filter(account_id="1110", date__lte=period.ends_on).values("subaccount")
    instalments = Instalment.objects.open().filter(subaccount__in=standing).select_related("subaccount").order_by("pk")
    left = [each for each in instalments if carrying.becomes_current(each, period.ends_on)]
    text = _("%(count)s instalments due within a year stand as non-current") % {"count": len(left)} if left else ""
    return Found(len(left), text, reverse("pledges:bring_current")) if instalments else None


CHECK = Check("current", gettext_lazy("Receivables within twelve months are current"), to_bring_current)
