"""Forms of reviews: the declaration, the rubric, assignments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from grants.reviews.models import ConflictOfInterest, Mark, Review
from grants.reviews.scoring import HIGHEST, LOWEST
from trustfund.people.models import User

MARKS = [(value, str(value)) for value in range(LOWEST, HIGHEST + 1)]


class DeclareForm(forms.Form):
    """None, or which kind of conflict."""

    conflict = forms.ChoiceField(
        label=_("Do you have a conflict of interest?"),
        widget=forms.RadioSelect,
        choices=[("no", _("No, I can judge it freely")), *ConflictOfInterest.Kind.choices],
    )


@dataclass(frozen=True)
class Line:
    """A criterion on the rubric: its mark and its comment as bound fields."""

    criterion: Any
    mark: Any
    comment: Any


class RubricForm(forms.Form):
    """The rubric of a review. What is not filled in is no error here: a draft is saved as it is, submitting asks for the rest."""

    use_required_attribute = False

    def __init__(self, *args: Any, review: Review, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.review = review
        self.criteria = list(review.application.call.criteria.all())
        given = {mark.criterion_id: mark for mark in review.marks.all()}
        for criterion in self.criteria:
            self._add(criterion, given.get(criterion.pk))
        self.fields["overall"] = forms.CharField(
            label=_("Overall, for the Board"),
            required=False,
            max_length=4000,
            initial=review.comment,
            widget=forms.Textarea(attrs={"rows": 4}),
        )

    def _add(self, criterion: Any, mark: Mark | None) -> None:
        choices = [(value, f"{value} – {text}" if (text := criterion.anchor(value)) else str(value)) for value, _label in MARKS]
        self.fields[f"mark-{criterion.pk}"] = forms.TypedChoiceField(
            label=criterion.name,
            help_text=criterion.description,
            choices=choices,
            coerce=int,
            empty_value=None,
            required=False,
            widget=forms.RadioSelect,
            initial=mark.value if mark else None,
        )
        self.fields[f"why-{criterion.pk}"] = forms.CharField(
            label=_("Why this mark"),
            required=False,
            max_length=2000,
            initial=mark.comment if mark else "",
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    def lines(self) -> list[Line]:
        """What the page shows, criterion by criterion; none of it is optional in the end, so none is called so."""
        for criterion in self.criteria:
            self.fields[f"mark-{criterion.pk}"].required = self.fields[f"why-{criterion.pk}"].required = True
        return [Line(c, self[f"mark-{c.pk}"], self[f"why-{c.pk}"]) for c in self.criteria]

    def marks(self) -> dict[int, dict[str, Any]]:
        """criterion pk -> what was posted of it, for `actions.save_draft`."""
        given: dict[int, dict[str, Any]] = {}
        for criterion in self.criteria:
            for prefix, name in (("mark", "value"), ("why", "comment")):
                key = f"{prefix}-{criterion.pk}"
                if key in self.data:
                    given.setdefault(criterion.pk, {})[name] = self.cleaned_data[key]
        return given

    def overall(self) -> str | None:
        """The overall comment, or None when it was not posted."""
        return self.cleaned_data["overall"] if "overall" in self.data else None


class PeopleForm(forms.Form):
    """Whom to ask, with how many reviews each has in this call."""

    reviewers = forms.ModelMultipleChoiceField(label=_("Reviewers"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, people: QuerySet[User], loads: Mapping[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reviewers"]
        field.queryset = people  # type: ignore[attr-defined]
        field.label_from_instance = lambda person: _labelled(person, loads)  # type: ignore[attr-defined]

    def chosen(self) -> Sequence[User]:
        return list(self.cleaned_data["reviewers"])


def _labelled(person: User, loads: Mapping[int, int]) -> str:
    return _("%(name)s (reviews in this call: %(count)s)") % {"name": person.name, "count": loads.get(person.pk, 0)}


class ReopenForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("The reviewer reads it.")
    )
