"""What the acts on donors, pledges and contributions are called on a timeline."""

from django.utils.translation import gettext_lazy as _

ACTS = {
    "donor.register": _("Donor registered"),
    "donor.change": _("Donor changed"),
    "donor.contact_added": _("Contact added"),
    "donor.contact_ended": _("Contact’s access ended"),
    "pledge.announce": _("Pledge announced"),
    "pledge.announced": _("Pledge announced"),
    "pledge.booked": _("Taken into the books"),
    "pledge.sign": _("Signed agreement recorded"),
    "pledge.book": _("Taken into the books"),
    "pledge.meet_condition": _("Condition met"),
    "pledge.receive": _("Money received"),
    "pledge.reduce": _("Agreement reduced"),
    "pledge.lapse": _("Lapsed"),
    "pledge.keep": _("The donor let the Fund keep what is left after the end"),
    "instalment.receive": _("Money received"),
    "instalment.cancel": _("Not owed any more"),
    "instalment.reduce": _("Instalment reduced"),
    "contribution.enter": _("Receipt entered"),
    "contribution.identify": _("Receipt identified"),
    "contribution.withdraw": _("Withdrawn as entered in error"),
    "pledge.take_back": _("Money that was matched in error taken back"),
    "instalment.take_back": _("Money that was matched in error taken back"),
}
