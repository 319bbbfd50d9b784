"""What an agreement says: plain data that is kept with the version, from which its PDF is made again byte for byte.

The words are the Fund's, in English; amounts are text with two decimals in USD, days are ISO.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _

from trustfund.ui.formatting import percent_text

if TYPE_CHECKING:
    from grants.agreements.models import Grant

LANGUAGE = "en"


def content_of(grant: Grant) -> dict[str, Any]:
    """The content of the next version: strings, lists and dicts only. Reads the grant's budget, tranches and reports."""
    with translation.override(LANGUAGE):
        return {
            "reference": grant.reference,
            "title": grant.title,
            "organisation": grant.organisation.name,
            "registration": grant.organisation.registration_number,
            "country": grant.country_name,
            "amount": str(grant.amount.amount),
            "policy": str(grant.policy),
            "starts_on": grant.starts_on.isoformat(),
            "ends_on": grant.ends_on.isoformat(),
            "valid_until": grant.offer_valid_until.isoformat() if grant.offer_valid_until else "",
            "budget": [[line.category_name, line.description, str(line.amount.amount)] for line in grant.budget_lines.all()],
            "tranches": [[part.number, part.due_on.isoformat(), str(part.amount.amount)] for part in grant.planned_tranches.all()],
            "reports": [[p.number, p.kind, p.start.isoformat(), p.end.isoformat(), p.due_on.isoformat()] for p in grant.report_calendar()],
            "clauses": [list(clause) for clause in clauses(grant)],
        }


def clauses(grant: Grant) -> Sequence[tuple[str, str]]:
    """Heading and text of each clause."""
    return [
        (
            _("Purpose"),
            _(
                "The grant is given for the project named above and for nothing else. Help is never conditional on cooperation "
                "with authorities."
            ),
        ),
        (_("Payment"), _payment(grant)),
        (
            _("Reports"),
            _(
                "The organisation reports on the days listed above: what was done, how many persons were helped by the common "
                "categories, and each expense by budget line. Receipts stay with the organisation for seven years and are shown, "
                "redacted, when asked for."
            ),
        ),
        (
            _("Safety of the persons helped"),
            _("No report, picture or file names a person who was helped, or the place of a shelter. Only counts of persons are reported."),
        ),
        (
            _("Unspent money"),
            _("What is not spent for the purpose, or not accepted, is paid back within thirty days after the Fund asks for it."),
        ),
        (
            _("Changes, suspension and end"),
            _(
                "A change is a new version of this agreement, signed by both sides. The Fund may suspend or end the agreement when it "
                "is not kept; a final report is owed in every case."
            ),
        ),
        (
            _("What is published"),
            _(
                "When signing, the organisation chooses how much is published: its name, country and project; the country only; or "
                "neither. The choice is obeyed everywhere and can be made stricter at any time."
            ),
        ),
    ]


def _payment(grant: Grant) -> str:
    """When a tranche is paid, and whose the money is then."""
    if grant.is_outright:
        return _(
            "The grant is given outright, in the tranches listed above, to the verified bank account of the organisation. A tranche is the "
            "organisation’s once its conditions are met: the earlier ones are paid, no report is overdue, and due diligence and sanctions "
            "screening are valid on the day. Reports show what it was spent on; what is unspent at the end is paid back."
        )
    text = _(
        "The grant is paid in the tranches listed above to the verified bank account of the organisation. A later tranche is "
        "paid when at least %(share)s of what was paid before is accounted for by accepted reports, no report is overdue, "
        "and the organisation’s due diligence and sanctions screening are valid on the day."
    )
    return text % {"share": percent_text(grant.accounted_share)}


def changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The keys whose content differs between two versions."""
    return [key for key in new if old.get(key) != new[key]]
