"""Each act of a payment: exact lines and allocations, two people, and what the bank did."""

import hashlib
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django_fsm import TransitionNotAllowed

from grants.agreements import actions as agreements
from grants.payments import actions
from grants.payments.models import Payment
from tests.factories.agreements import accept, advance_payment, make_grant, make_payment, make_tranche
from tests.factories.books import make_bank
from tests.factories.ngos import make_bank_account, make_screening, owner_of
from tests.factories.people import make_user
from trustfund import clock
from trustfund.ledger import posting, postings
from trustfund.ledger.funding.models import Allocation
from trustfund.ledger.models import Entry, Line
from trustfund.mail.models import Outbox
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _checker():
    make_user(Role.APPROVER)


def lines(entry):
    """(account, cents) of an entry, in its order."""
    return [(line.account_id, line.debit - line.credit) for line in entry.lines.order_by("position")]


def funded(kind):
    return list(Allocation.objects.filter(funding__kind=kind).values_list("reserved", "allocated"))


def settle(payment, **changes):
    details = {"on": clock.today(), "bank_reference": "TRX1", **changes}
    return actions.settle(payment, by=make_user(Role.FINANCE), **details)


# Certifying and approving


def test_finance_certifies_and_the_checkers_are_told():
    tranche, finance = make_tranche("ready"), make_user(Role.FINANCE)
    payment = actions.certify(tranche, by=finance, paid_from=make_bank())
    assert (payment.state, payment.amount, payment.certified_by, payment.to_transfer) == ("certified", usd(12_000), finance, usd(12_000))
    assert payment.reference == f"{tranche.grant.reference}-1-1"
    assert payment.bank_account.organisation_id == tranche.grant.organisation_id
    assert Outbox.objects.filter(template="payment_to_approve").exists()
    assert Entry.objects.filter(source="payment.settle").count() == 0


@pytest.mark.parametrize("role", [None, Role.PROGRAMME, Role.MANAGER, Role.APPROVER, Role.AUDITOR])
def test_only_finance_certifies(role):
    with pytest.raises(PermissionDenied):
        actions.certify(make_tranche("ready"), by=make_user(role), paid_from=make_bank())


def test_who_found_it_ready_does_not_certify_it():
    from grants.tranches import actions as tranches

    both = make_user(Role.PROGRAMME, Role.FINANCE)
    tranche = tranches.make_ready(make_tranche("requested"), by=both)
    with pytest.raises(PermissionDenied):
        actions.certify(tranche, by=both, paid_from=make_bank())


def test_nothing_is_certified_out_of_order_or_twice():
    finance, bank = make_user(Role.FINANCE), make_bank()
    with pytest.raises(TransitionNotAllowed):
        actions.certify(make_tranche("requested"), by=finance, paid_from=bank)
    payment = make_payment("certified")
    with pytest.raises(TransitionNotAllowed):
        actions.certify(payment.tranche, by=finance, paid_from=bank)
    assert Payment.objects.count() == 1


def test_nothing_is_certified_through_a_closed_gate():
    tranche = make_tranche("ready")
    make_screening(tranche.grant.organisation, "match")
    agreements.suspend(tranche.grant, by=make_user(Role.MANAGER), reason="Wait.")
    with pytest.raises(ValidationError) as refused:
        actions.certify(tranche, by=make_user(Role.FINANCE), paid_from=make_bank())
    assert [message.split(":")[0] for message in refused.value.messages] == ["Agreement in force", "Sanctions screening"]


def test_maker_and_checker_differ_in_code_and_in_the_database():
    both = make_user(Role.FINANCE, Role.APPROVER)
    payment = make_payment("certified", maker=both)
    with pytest.raises(PermissionDenied):
        actions.approve(payment, by=both)
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment._base_manager.filter(pk=payment.pk).update(approved_by=both)
    payment = actions.approve(payment, by=make_user(Role.APPROVER))
    assert payment.state == "approved"


def test_who_approved_neither_orders_nor_records():
    both = make_user(Role.FINANCE, Role.APPROVER)
    payment = actions.approve(make_payment("certified"), by=both)
    for act in (lambda: actions.export(payment, by=both), lambda: actions.settle(payment, by=both, on=clock.today(), bank_reference="X")):
        with pytest.raises(PermissionDenied):
            act()


def test_the_gates_are_asked_again_at_approval_and_at_the_order():
    payment = make_payment("certified")
    make_screening(payment.grant.organisation, "possible")
    with pytest.raises(ValidationError, match="Sanctions screening"):
        actions.approve(payment, by=make_user(Role.APPROVER))
    make_screening(payment.grant.organisation, "clear")
    payment = advance_payment(payment, "approved")
    agreements.suspend(payment.grant, by=make_user(Role.MANAGER), reason="Wait.")
    with pytest.raises(ValidationError, match="Agreement in force"):
        actions.export(payment, by=make_user(Role.FINANCE))


def test_a_changed_bank_account_stops_a_payment_on_its_way():
    payment = make_payment("approved")
    make_bank_account(payment.grant.organisation, "active", account_number="AT483200000012345864")
    with pytest.raises(ValidationError, match="bank account has changed"):
        actions.export(payment, by=make_user(Role.FINANCE))


def test_the_order_is_kept_encrypted_with_its_hash():
    payment = make_payment("exported")
    assert (payment.state, payment.order.sha256) == ("exported", hashlib.sha256(payment.order.file).hexdigest())
    assert payment.order.file.startswith(b"%PDF-")
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM grants_paymentorder")
        (stored,) = cursor.fetchone()
    assert payment.order.content[:40] not in stored


# Settling


def test_a_payment_posts_an_advance_and_draws_on_its_reservation():
    payment = settle(make_payment("exported"))
    assert lines(payment.entry) == [("1200", 1_200_000), ("1010", -1_200_000), ("9020", 1_200_000), ("9010", -1_200_000)]
    assert (payment.entry.reference, payment.entry.date) == (f"payment:{payment.pk}:paid", clock.today())
    assert funded("confirm") == [(-1_200_000, 1_200_000)]
    assert payment.grant.reservation.remaining == usd(12_000)
    assert (payment.state, payment.tranche.state, payment.closed_gates) == ("paid", "paid", [])
    owner = owner_of(payment.grant.organisation)
    assert list(Outbox.objects.filter(template="tranche_paid").values_list("recipient_id", flat=True)) == [owner.pk]


def test_what_the_bank_did_is_recorded_once():
    payment = make_payment("paid")
    with pytest.raises(TransitionNotAllowed):
        settle(payment)
    assert Entry.objects.filter(source="payment.settle").count() == 1
    assert len(funded("confirm")) == 1


def test_the_value_date_has_come():
    with pytest.raises(ValidationError, match="not come yet"):
        settle(make_payment("exported"), on=clock.today() + timedelta(days=1))


def test_the_bank_s_fact_is_not_refused_by_a_gate_but_kept_as_an_exception():
    manager = make_user(Role.MANAGER)
    payment = make_payment("exported")
    make_screening(payment.grant.organisation, "match")
    make_bank_account(payment.grant.organisation, "active", account_number="AT483200000012345864")
    payment = settle(payment)
    assert (payment.state, payment.closed_gates, payment.has_open_exception) == ("paid", ["sanctions", "bank_changed"], True)
    assert manager.pk in Outbox.objects.filter(template="payment_exception").values_list("recipient_id", flat=True)
    with pytest.raises(PermissionDenied):
        actions.handle_exception(payment, by=make_user(Role.FINANCE), note="Asked back.")
    payment = actions.handle_exception(payment, by=manager, note="Asked back.")
    assert (payment.has_open_exception, payment.exception_handled_by) == (False, manager)
    with pytest.raises(TransitionNotAllowed):
        actions.handle_exception(payment, by=manager, note="Again.")


def test_a_held_payment_that_was_never_approved_can_t_have_been_paid():
    payment = advance_payment(make_payment("certified"), "held")
    with pytest.raises(TransitionNotAllowed):
        settle(payment)
    ordered = advance_payment(make_payment("exported"), "held")
    assert settle(ordered).state == "paid"


def test_what_the_ngo_owes_is_kept_from_its_next_tranche():
    grant = make_payment("paid").grant
    accept(grant, usd(12_000))
    legs = postings.expenditure_disallowed(grant.subaccount, usd(1_000))
    posting.post(legs, reference="test:disallowed", on=clock.today(), by=None, source="test", of=grant)
    payment = make_payment("exported", tranche=grant.tranches.get(number=2))
    assert (payment.amount, payment.netted, payment.to_transfer) == (usd(9_600), usd(1_000), usd(8_600))
    payment = settle(payment)
    assert lines(payment.entry) == [("1200", 960_000), ("1210", -100_000), ("1010", -860_000), ("9020", 960_000), ("9010", -960_000)]
    assert funded("confirm")[1] == (-860_000, 860_000)


def test_accepted_expenditure_beyond_the_advance_is_settled_first():
    grant = make_payment("paid").grant
    accept(grant, usd(15_000))
    payment = settle(make_payment("exported", tranche=grant.tranches.get(number=2)))
    assert lines(payment.entry) == [
        ("2020", 300_000),
        ("1200", 660_000),
        ("1010", -960_000),
        ("9020", 660_000),
        ("9010", -660_000),
    ]


# Returned, refused, stopped


def test_a_returned_payment_restores_everything_and_can_be_paid_again():
    payment = make_payment("paid")
    finance = make_user(Role.FINANCE)
    payment = actions.return_(payment, by=finance, on=clock.today(), bank_reference="BACK1", charges=usd(15))
    assert lines(payment.return_entry) == [
        ("1010", 1_198_500),
        ("5300", 1_500),
        ("1200", -1_200_000),
        ("9010", 1_200_000),
        ("9020", -1_200_000),
    ]
    assert funded("restore") == [(1_200_000, -1_200_000)]
    assert (payment.state, payment.tranche.state) == ("returned", "ready")
    assert payment.grant.reservation.remaining == usd(24_000)
    again = make_payment("paid", tranche=payment.tranche)
    assert (again.reference, again.state) == (f"{payment.grant.reference}-1-2", "paid")
    assert Line.objects.filter(account="1200", subaccount=payment.grant.subaccount).count() == 3


def test_a_return_is_after_the_payment_and_keeps_less_than_it_was():
    payment, finance = make_payment("paid"), make_user(Role.FINANCE)
    with pytest.raises(ValidationError, match="come back on this day"):
        actions.return_(payment, by=finance, on=clock.today() - timedelta(days=1), bank_reference="B", charges=usd(0))
    with pytest.raises(ValidationError, match="charges"):
        actions.return_(payment, by=finance, on=clock.today(), bank_reference="B", charges=usd(12_000))


@pytest.mark.parametrize("state", ["rejected", "cancelled", "refused"])
def test_a_stopped_payment_posts_nothing_and_leaves_the_tranche_ready(state):
    payment = make_payment(state)
    assert (payment.state, payment.tranche.state, payment.entry, bool(payment.note)) == (state, "ready", None, True)
    assert make_payment("certified", tranche=payment.tranche).state == "certified"
    assert funded("confirm") == []


def test_a_held_payment_is_approved_anew():
    payment = advance_payment(make_payment("approved"), "held")
    payment = actions.release(payment, by=make_user(Role.FINANCE))
    assert (payment.state, payment.approved_by, payment.note) == ("certified", None, "")


def test_once_the_bank_has_the_order_only_the_bank_says_what_became_of_it():
    payment, finance = advance_payment(make_payment("exported"), "held"), make_user(Role.FINANCE)
    for act in (lambda: actions.release(payment, by=finance), lambda: actions.cancel(payment, by=finance, note="No.")):
        with pytest.raises(TransitionNotAllowed):
            act()
    assert actions.refuse(payment, by=finance, note="The bank stopped it.").state == "refused"


def test_a_tranche_never_has_two_live_payments_in_the_database():
    payment = make_payment("certified")
    copy = {f.attname: getattr(payment, f.attname) for f in Payment._meta.concrete_fields if not f.primary_key}
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.bulk_create([Payment(**{**copy, "reference": "second"})])


def test_the_database_knows_when_money_left_the_bank():
    payment = make_payment("exported")
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment._base_manager.filter(pk=payment.pk).update(paid_on=clock.today())


def test_a_second_tranche_of_the_same_grant_keeps_within_the_reservation():
    grant = make_grant()
    make_payment("paid", grant=grant)
    accept(grant, usd(12_000))
    make_payment("paid", tranche=grant.tranches.get(number=2))
    accept(grant, usd(9_600))
    make_payment("paid", tranche=grant.tranches.get(number=3))
    assert grant.reservation.remaining == usd(0)
    assert sum(allocated for _reserved, allocated in funded("confirm")) == 2_400_000


def test_orders_are_sealed_anew_when_the_key_changes(settings):
    from cryptography.fernet import Fernet
    from django.core.management import call_command

    payment = make_payment("exported")
    file, old = payment.order.file, settings.ENCRYPTION_KEYS
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *old]
    call_command("reseal_payment_orders")
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]
    assert type(payment.order).objects.get().file == file
