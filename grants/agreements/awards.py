"""From a recommendation to a grant: what it may be at most, and its rows laid out by the plan of its call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from grants.agreements import plan
from grants.agreements.models import Grant, GrantBudgetLine, PlannedReport, PlannedTranche
from grants.applications.models import Application
from grants.decisions.models import Recommendation
from trustfund import clock
from trustfund.money import Money
from trustfund.ui.formatting import money_text


def recommended(application: Application) -> Money:
    """What the Board recommended, in USD: the most that may be awarded; never more than was asked for."""
    found = Recommendation.objects.filter(application=application, outcome="recommended").order_by("-pk").first()
    return min(found.amount, application.requested) if found and found.amount else application.requested


def check(application: Application, amount: Money, starts_on: date, pattern: Sequence[Any]) -> None:
    """Raises ValidationError by field: more than recommended, nothing at all, or a start that has passed."""
    errors: dict[str, str] = {}
    most = recommended(application)
    if amount > most:
        errors["amount"] = _("The Board recommended %(most)s at most.") % {"most": money_text(most)}
    if amount.minor < len(pattern):
        errors["amount"] = _("The amount must be above zero.")
    if starts_on < clock.today() - timedelta(days=31):
        errors["starts_on"] = _("A grant can't start more than a month ago.")
    if errors:
        raise ValidationError(errors)


def lay_out(application: Application, *, amount: Money, starts_on: date, by: Any, at_once_reason: str = "") -> Grant:
    """The grant with its budget, tranches and reports, from the application and the pattern of its call (or in one tranche)."""
    call: Any = application.call  # complete, since it was published; so is the application, since it was submitted
    months: Any = application.months
    grant = Grant.objects.create(
        application=application,
        organisation=application.organisation,
        reference=f"{application.reference}-G",
        title=application.title,
        country=application.country_of_work,
        amount=amount,
        months=months,
        starts_on=starts_on,
        ends_on=plan.last_day(starts_on, months),
        policy=call.policy,
        window=call.window,
        psc_rate=call.psc_rate,
        accounted_share=call.accounted_share,
        single_tranche_reason=at_once_reason,
        single_tranche_by=by if at_once_reason else None,
        approved_by=by,
        approved_on=clock.today(),
    )
    _budget(grant)
    _tranches(grant, [100] if at_once_reason else call.tranche_pattern)
    _reports(grant, call.interim_every_months, call.report_due_days)
    return grant


def _budget(grant: Grant) -> None:
    lines = [line for line in grant.application.lines.select_related("category").order_by("number") if line.requested]
    amounts = plan.scaled([line.requested for line in lines], grant.amount)
    GrantBudgetLine.objects.bulk_create(
        GrantBudgetLine(
            grant=grant,
            number=number,
            category_code=line.category.code,
            category_name=line.category.name,
            description=line.description,
            amount=amount,
        )
        for number, (line, amount) in enumerate(zip(lines, amounts, strict=True), 1)
    )


def _tranches(grant: Grant, pattern: Sequence[Any]) -> None:
    parts = plan.tranches(grant.amount, pattern, grant.starts_on, grant.months)
    PlannedTranche.objects.bulk_create(PlannedTranche(grant=grant, number=p.number, amount=p.amount, due_on=p.due_on) for p in parts)


def _reports(grant: Grant, every_months: int, due_days: int) -> None:
    periods = plan.reports(grant.starts_on, grant.ends_on, every_months, due_days)
    PlannedReport.objects.bulk_create(
        PlannedReport(grant=grant, number=p.number, kind=p.kind, period_start=p.start, period_end=p.end, due_on=p.due_on) for p in periods
    )
