"""Every component on one page, for developers (`/styleguide/`, only with DEBUG). Invented figures of no fund."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from trustfund.fields import MoneyFormField
from trustfund.money import usd
from trustfund.ui import charts

KINDS = [("shelter", "Shelter"), ("legal", "Legal aid"), ("training", "Training and income")]


class Sample(forms.Form):
    """One field of every kind that a room may have."""

    title = forms.CharField(label="Title of the project", help_text="As it shall stand on the agreement.")
    email = forms.EmailField(label="E-mail")
    amount = MoneyFormField(label="Amount requested", help_text="In whole dollars or with cents.")
    months = forms.IntegerField(label="Months", min_value=8, max_value=36)
    starts_on = forms.DateField(label="First day", widget=forms.DateInput)
    country = forms.ChoiceField(label="Country", choices=[("", "Choose"), ("AL", "Albania"), ("KE", "Kenya")])
    kind = forms.ChoiceField(label="Kind of help", choices=KINDS, widget=forms.RadioSelect)
    services = forms.MultipleChoiceField(label="Services", choices=KINDS, widget=forms.CheckboxSelectMultiple, required=False)
    summary = forms.CharField(label="Summary", widget=forms.Textarea(attrs={"rows": 4, "data-word-limit": 20}), required=False)
    statutes = forms.FileField(label="Statutes", help_text="PDF, at most 10 MB.", required=False)
    agreed = forms.BooleanField(label="We agree to the terms")


class Line(forms.Form):
    description = forms.CharField(label="Description")
    quantity = forms.IntegerField(label="Quantity")
    unit_cost = MoneyFormField(label="Unit cost")


def context() -> dict[str, Any]:
    """What the page shows, the same every time."""
    rows = [
        ("Salaries", usd("31200.00"), usd("28410.50")),
        ("Shelter", usd("14500.00"), usd("15020.00")),
        ("Audit", usd("2300.00"), usd("0")),
    ]
    event = SimpleNamespace(act="payment.settle", actor=SimpleNamespace(name="Nadia Haddad"), at=datetime(2026, 3, 2, 9, 14, tzinfo=UTC))
    clock = SimpleNamespace(act="call.close", actor=None, at=datetime(2026, 1, 31, 23, 0, tzinfo=UTC))
    return {
        "empty_form": Sample(),
        "bad_form": Sample({"title": "", "amount": "12.345", "email": "nobody", "months": "50", "summary": "word " * 23}),
        "lines": forms.formset_factory(Line, extra=2)(prefix="lines"),
        "rows": [SimpleNamespace(name=name, budget=budget, spent=spent, left=budget - spent) for name, budget, spent in rows],
        "total": SimpleNamespace(budget=usd("48000.00"), spent=usd("43430.50"), left=usd("4569.50")),
        "grant": SimpleNamespace(state="active", get_state_display=lambda: "Active"),
        "amount": usd("60000.00"),
        "states": [("paid", "Paid"), ("submitted", "Submitted"), ("rejected", "Rejected"), ("draft", "Draft"), ("closed", "Closed")],
        "due": date(2026, 4, 30),
        "closes": datetime(2027, 1, 31, 23, 0, tzinfo=UTC),
        "events": [event, clock],
        "marks": range(1, 6),
        "chart": charts.bars(
            "Help given in 2026, persons by service",
            "Bars: shelter 412, legal aid 267, training 133.",
            [("Shelter", 412, "412"), ("Legal aid", 267, "267"), ("Training and income", 133, "133")],
            head=("Service", "Persons"),
        ),
    }


def page(request: HttpRequest) -> HttpResponse:
    return render(request, "styleguide.html", context())
