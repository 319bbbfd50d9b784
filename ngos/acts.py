"""What the acts on NGOs are called on a timeline."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "organisation.register": _("Organisation registered"),
    "organisation.update": _("Profile changed"),
    "organisation.invite": _("Colleague invited"),
    "organisation.member_joined": _("Member joined"),
    "organisation.member_left": _("Membership ended"),
    "organisation.right_changed": _("Right changed"),
    "organisation.document_added": _("Document added"),
    "bankaccount.propose": _("Account proposed"),
    "bankaccount.record_call": _("Call-back recorded"),
    "bankaccount.verify": _("Account confirmed"),
    "bankaccount.activate": _("Account active"),
    "bankaccount.supersede": _("Superseded by a newer account"),
    "bankaccount.reject": _("Account rejected"),
    "bankaccount.withdraw": _("Account withdrawn"),
    "bankaccount.reveal": _("Whole number read"),
    "assessment.open": _("Assessment opened"),
    "assessment.begin": _("Assessment begun"),
    "assessment.judge": _("Point judged"),
    "assessment.clear": _("Cleared"),
    "assessment.clear_with_conditions": _("Cleared with conditions"),
    "assessment.fail": _("Not cleared"),
    "screening.record": _("Screening recorded"),
}
