"""Every letter about grants, tranches, payments and closings, in every language: whole sentences with their figures."""

import pytest

from tests.factories.agreements import make_closure
from tests.factories.people import make_user
from trustfund.mail.outbox import render
from trustfund.people.roles import Role

LETTERS = {
    "grant": """funds_to_certify grant_to_offer grant_offered grant_to_countersign grant_active grant_ended grant_lapsed grant_suspended
        grant_terminated""",
    "tranche": "tranche_requested tranche_returned tranche_ready",
    "payment": "tranche_paid payment_to_approve payment_to_order payment_exception payment_returned payment_stopped",
    "closure": "closing_opened closing_to_confirm grant_closed",
}


@pytest.mark.django_db
def test_every_letter_says_what_happened_about_what():
    make_user(Role.APPROVER)
    closure = make_closure()
    grant, payment = closure.grant, closure.grant.payments.get()
    payment.tranche.returned_note = "Say for which months."
    about = {"grant": grant, "tranche": payment.tranche, "payment": payment, "closure": closure}
    for kind, names in LETTERS.items():
        for name in names.split():
            context = {kind: about[kind], "recipient": {"name": "Amal"}, "url": "https://fund.example/page"}
            for language in ("en", "fr", "ar"):
                subject, body = render(name, language, context)
                assert payment.reference in subject or grant.reference in subject, name
                assert "https://fund.example/page" in body, name
                assert "{{" not in subject + body, name
                assert "  " not in body.split("--")[0], name
            assert body.count("Amal") == 1, name
