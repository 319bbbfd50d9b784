"""Where the auditor's desk is reached from, what waits there, and the words for its acts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trustfund import clock
from trustfund.auditor import permissions
from trustfund.auditor.models import Pack, SampleItem
from trustfund.people.home import Item
from trustfund.people.navigation import Destination

ACTS = {
    "visit.keep": gettext_lazy("Seen up to here"),
    "verification.ask": gettext_lazy("Verification asked for"),
    "verification.finish": gettext_lazy("Verified"),
    "sample.draw": gettext_lazy("Sample drawn"),
    "sample.note": gettext_lazy("Result of an item noted"),
    "pack.ask": gettext_lazy("Audit pack asked for"),
    "pack.make": gettext_lazy("Audit pack made"),
    "pack.download": gettext_lazy("Audit pack downloaded"),
    "pack.expire": gettext_lazy("Audit pack expired"),
}


def items(user: Any) -> Iterable[Item]:
    """The auditor: items of samples without a result. Whoever asked for a pack: that it is there."""
    found = []
    if permissions.can_audit(user):
        open_items = SampleItem.objects.filter(sample__made_by=user, results=None).count()
        title = ngettext("Say what was found of a sampled item", "Say what was found of %(count)s sampled items", open_items)
        found += [Item(title % {"count": open_items}, reverse("auditor:samples"), count=open_items)] if open_items else []
    if permissions.can_pack(user):
        packs = Pack.objects.filter(asked_by=user).visible_to(user).there(clock.today()).count()
        title = ngettext("An audit pack is ready", "%(count)s audit packs are ready", packs) % {"count": packs}
        found += [Item(title, reverse("auditor:packs"), count=packs, tone="neutral")] if packs else []
    return found


def destinations(user: Any) -> Iterable[Destination]:
    """The desk is where the auditor lives; finance finds the packs on the home page."""
    if permissions.can_audit(user):
        return [Destination(_("Audit"), reverse("auditor:index"), 45)]
    return [Destination(_("Audit packs"), reverse("auditor:packs"), 90, daily=False)] if permissions.can_pack(user) else []
