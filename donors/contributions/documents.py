"""What contributions and agreements rest on, for whoever follows their entries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from donors.contributions.models import Contribution
from donors.pledges.models import Amendment, Pledge
from trustfund.ledger.evidence import Document, of_file


def of_contribution(contribution: Contribution, user: Any) -> Iterable[Document]:
    """The receipt, and the documents of the agreement that it was received on."""
    if not Contribution.objects.visible_to(user).filter(pk=contribution.pk).exists():
        return []
    url = reverse("contributions:receipt", args=[contribution.pk])
    own = [of_file(_("Receipt"), contribution.receipt, url)] if contribution.receipt else []
    return [*own, *(of_pledge(contribution.instalment.pledge, user) if contribution.instalment else [])]


def of_pledge(pledge: Pledge, user: Any) -> Iterable[Document]:
    """The signed agreement, and what reduced it."""
    if not Pledge.objects.visible_to(user).filter(pk=pledge.pk).exists():
        return []
    own = [of_file(_("Agreement"), pledge.document, reverse("pledges:document", args=[pledge.pk]))] if pledge.document else []
    reduced = Amendment.objects.filter(instalment__pledge=pledge).select_related("document").order_by("pk")
    words = _("Reduction")
    return [*own, *(of_file(words, each.document, reverse("pledges:amendment_document", args=[each.pk])) for each in reduced)]
