"""Forms of a session."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Application
from grants.decisions.models import BOARD, Recommendation
from grants.reviews.models import ConflictOfInterest
from trustfund import clock
from trustfund.fields import MoneyFormField

Outcome = Recommendation.Outcome


class OpenForm(forms.Form):
    sits_on = forms.DateField(label=_("Day of the session"), widget=forms.DateInput, initial=clock.today)
    quorum = forms.IntegerField(
        label=_("Quorum for each application"),
        min_value=1,
        max_value=BOARD,
        initial=3,
        help_text=_("How many trustees must be present and not recused from it."),
    )


class ConflictsForm(forms.Form):
    """One line for each application: no conflict, or its kind; nothing is declared by leaving it as it stands.

    In a blind call a line names the organisation alone, in the order of their names: which application is whose stays untold.
    """

    def __init__(self, *args: Any, applications: list[Application], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = dict(sorted((_line(application) for application in applications), key=lambda line: line[1][1]))
        for key, (_application, label) in self.lines.items():
            choices = [("", _("Choose")), ("no", _("No conflict")), *ConflictOfInterest.Kind.choices]
            self.fields[key] = forms.ChoiceField(label=label, choices=choices, error_messages={"required": _("Say whether you have one.")})

    def conflicts(self) -> dict[Application, str]:
        """What was declared: application -> kind."""
        given = {application: self.cleaned_data[key] for key, (application, _label) in self.lines.items()}
        return {application: kind for application, kind in given.items() if kind != "no"}


def _line(application: Application) -> tuple[str, tuple[Application, str]]:
    """The field's name, and what it is about: an organisation applies to a call once."""
    organisation = application.organisation
    if application.call.blind:
        return f"conflict-of-{organisation.pk}", (application, organisation.name)
    return f"conflict-{application.pk}", (application, f"{application.reference} {organisation.name}: {application.title}")


class RecommendationForm(forms.Form):
    """The outcome of an application and what the applicant reads about each criterion."""

    outcome = forms.ChoiceField(label=_("The Board's recommendation"), choices=Outcome.choices, widget=forms.RadioSelect)
    amount = MoneyFormField(label=_("Amount"), required=False, help_text=_("For a recommended grant."))
    rank = forms.IntegerField(
        label=_("Rank on the reserve list"), required=False, min_value=1, help_text=_("For the reserve list: 1 comes first.")
    )
    reasons = forms.CharField(
        label=_("Reasons, by the criteria"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The applicant reads them; needed when it is not selected. Name no reviewer."),
    )

    def __init__(self, *args: Any, criteria: list[Any], recommendation: Recommendation | None, **kwargs: Any) -> None:
        kept = recommendation
        known = {name: getattr(kept, name) for name in ("outcome", "amount", "rank", "reasons")} if kept else {}
        super().__init__(*args, **{**kwargs, "initial": {**kwargs.get("initial", {}), **known}})
        self.criteria = criteria
        for criterion in criteria:
            self.fields[f"about-{criterion.pk}"] = forms.CharField(
                label=_("What the applicant reads about “%(criterion)s”") % {"criterion": criterion.name},
                required=False,
                max_length=1000,
                initial=kept.feedback.get(str(criterion.pk), "") if kept else "",
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text=_("Left empty: the words of the rubric for the mean mark."),
            )

    def details(self) -> dict[str, Any]:
        """For `actions.recommend`."""
        data = self.cleaned_data
        feedback = {str(c.pk): data[f"about-{c.pk}"].strip() for c in self.criteria if data[f"about-{c.pk}"].strip()}
        return {**{name: data[name] for name in ("outcome", "amount", "rank", "reasons")}, "feedback": feedback}


class CloseForm(forms.Form):
    remarks = forms.CharField(
        label=_("Remarks for the minutes"), required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 5})
    )
