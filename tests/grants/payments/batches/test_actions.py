"""Each act of a batch: two people, one file that is known byte for byte, and what the bank did with it."""

import hashlib
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation
from django_fsm import ConcurrentTransition, TransitionNotAllowed

from grants.payments import actions as payments
from grants.payments.batches import actions, content
from grants.payments.batches.models import PaymentBatch, Spelling
from grants.payments.models import Payment, PaymentOrder
from tests.factories.agreements import make_batch, make_payment
from tests.factories.banking import make_details, make_line
from tests.factories.books import make_bank
from tests.factories.ngos import make_bank_account, make_screening
from tests.factories.people import make_user
from trustfund import clock
from trustfund.audit.recording import trail_for
from trustfund.banking import actions as banking
from trustfund.banking import hooks
from trustfund.ledger.models import Entry
from trustfund.mail.models import Outbox
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _checker():
    make_user(Role.APPROVER)


def again(obj):
    return type(obj).objects.get(pk=obj.pk)


def about(**changes):
    return {"paid_from": make_bank(), "execution_on": clock.today(), "charges": "SHAR", **changes}


def states(batch):
    return sorted(Payment.objects.filter(batch=batch).values_list("state", flat=True))


def spelled(**changes):
    return {"name": "Hope", "town": "", "address": "", "clearing_system": "", "clearing_code": "", "intermediary": "", **changes}


# From a draft to a file


def test_a_batch_from_its_draft_to_its_file():
    first, second = make_payment("approved"), make_payment("approved")
    finance, checker = make_user(Role.FINANCE), make_user(Role.APPROVER)
    banking.describe(make_bank(), by=finance, account="AT61 1904 3002 3457 3201", bic="BKAUATWW", layout=None)
    batch = actions.draft([second, first], by=finance, **about())
    assert (batch.state, states(batch), batch.maker) == ("draft", ["batched", "batched"], finance)
    actions.submit(batch, by=finance)
    assert (batch.state, batch.count, batch.total) == ("submitted", 2, usd(24_000))
    sealed = batch.sha256
    actions.approve(batch, by=checker, seen=sealed)
    actions.make_file(batch, by=finance)
    assert (batch.state, batch.ordered_by, states(batch)) == ("ordered", finance, ["exported", "exported"])
    made = batch.order.file
    assert hashlib.sha256(made).hexdigest() == batch.order.sha256 == sealed
    text = made.decode()
    assert f"<MsgId>{batch.reference}</MsgId>" in text
    assert text.count("<CtrlSum>24000.00</CtrlSum>") == 2
    assert text.index(first.reference) < text.index(second.reference)
    assert "<IBAN>AT611904300234573201</IBAN>" in text
    assert [event.act for event in trail_for(batch)] == [f"paymentbatch.{act}" for act in ("draft", "submit", "approve", "make_file")]
    assert trail_for(batch).last().details["sha256"] == sealed
    assert Outbox.objects.filter(template__in=["batch_to_approve", "batch_to_order"]).count() >= 2


def test_the_file_is_encrypted_at_rest():
    batch = make_batch("ordered")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM grants_paymentorder")
        assert "pain.001" not in "".join(row[0] for row in cursor.fetchall())
    assert b"pain.001" in PaymentOrder.objects.get(pk=batch.order_id).file


def test_another_person_at_each_step():
    payment = make_payment("approved")
    maker = make_user(Role.FINANCE, Role.APPROVER)
    batch = make_batch(of=[payment], maker=maker)
    for user in [maker, payment.certified_by, make_user(Role.FINANCE), make_user(Role.MANAGER), make_user(Role.AUDITOR), make_user(None)]:
        with pytest.raises(PermissionDenied):
            actions.approve(batch, by=user)
    with pytest.raises(PermissionDenied):
        actions.submit(batch, by=make_user(Role.FINANCE))
    actions.submit(batch, by=maker)
    both = make_user(Role.FINANCE, Role.APPROVER)
    actions.approve(batch, by=both)
    for user in [both, make_user(Role.APPROVER)]:
        with pytest.raises(PermissionDenied):
            actions.make_file(batch, by=user)
    assert again(batch).state == "approved"


def test_who_certified_a_payment_or_spelled_a_name_does_not_approve():
    certifier, speller = make_user(Role.FINANCE, Role.APPROVER), make_user(Role.FINANCE, Role.APPROVER)
    payment = make_payment("approved", maker=certifier)
    batch = make_batch(of=[payment])
    actions.spell(batch, payment, by=speller, **spelled())
    actions.submit(batch, by=batch.maker)
    for user in (certifier, speller):
        with pytest.raises(PermissionDenied):
            actions.approve(batch, by=user)
    assert actions.approve(batch, by=make_user(Role.APPROVER)).state == "approved"


def test_who_approved_a_payment_neither_batches_nor_orders_it():
    payment = make_payment("approved")
    payment.approved_by.roles_held.create if False else None
    both = make_user(Role.FINANCE, Role.APPROVER)
    other = payments.approve(make_payment("certified"), by=both)
    with pytest.raises(PermissionDenied):
        actions.draft([other], by=both, **about())
    batch = make_batch("approved", of=[other])
    with pytest.raises(PermissionDenied):
        actions.make_file(batch, by=both)


def test_the_database_wants_two_people_too():
    batch = make_batch("approved")
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentBatch.objects.filter(pk=batch.pk).update(maker=batch.approved_by)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentBatch.objects.filter(pk=batch.pk).update(sha256="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(batch=batch).update(batch=None)


def test_nothing_is_done_twice_or_out_of_order():
    batch = make_batch("draft")
    checker, finance = make_user(Role.APPROVER), make_user(Role.FINANCE)
    for act, user in [(actions.approve, checker), (actions.make_file, finance)]:
        with pytest.raises(TransitionNotAllowed):
            act(batch, by=user)
    actions.submit(batch, by=batch.maker)
    with pytest.raises(TransitionNotAllowed):
        actions.submit(batch, by=batch.maker)
    actions.approve(batch, by=checker)
    actions.make_file(batch, by=finance)
    for act in (actions.make_file, actions.approve):
        with pytest.raises((TransitionNotAllowed, PermissionDenied)):
            act(batch, by=make_user(Role.FINANCE, Role.APPROVER))
    for act in (actions.cancel, actions.send_back):
        with pytest.raises(TransitionNotAllowed):
            act(batch, by=finance, note="Too late.")
    assert PaymentOrder.objects.count() == 1


@pytest.mark.parametrize("role", [None, Role.PROGRAMME, Role.MANAGER, Role.APPROVER, Role.AUDITOR])
def test_only_finance_makes_one(role):
    with pytest.raises(PermissionDenied):
        actions.draft([], by=make_user(role), **about())


# What can't be in it


def test_what_a_batch_refuses():
    finance, payment = make_user(Role.FINANCE), make_payment("approved")
    with pytest.raises(ValidationError, match="Choose at least one payment"):
        actions.draft([], by=finance, **about())
    with pytest.raises(ValidationError, match="This day has passed"):
        actions.draft([payment], by=finance, **about(execution_on=clock.today() - timedelta(days=1)))
    with pytest.raises(ValidationError, match="to be paid from another of our accounts"):
        actions.draft([payment], by=finance, **about(paid_from=make_bank("EUR")))
    make_batch(of=[payment])
    with pytest.raises(ValidationError, match="is not waiting to be ordered any more: In a batch"):
        actions.draft([again(payment)], by=finance, **about())
    with pytest.raises(TransitionNotAllowed):
        payments.export(again(payment), by=finance)
    assert PaymentBatch.objects.count() == 1


def test_a_batch_is_changed_while_it_is_a_draft():
    first, second = make_payment("approved"), make_payment("approved")
    batch = make_batch(of=[first])
    day = clock.today() + timedelta(days=3)
    actions.change(batch, [again(second)], by=batch.maker, execution_on=day, charges="DEBT")
    assert [again(each).state for each in (first, second)] == ["approved", "batched"]
    assert (batch.execution_on, batch.charges) == (day, "DEBT")
    with pytest.raises(ValidationError, match="Choose at least one payment"):
        actions.change(batch, [], by=batch.maker, execution_on=day, charges="DEBT")
    with pytest.raises(PermissionDenied):
        actions.change(batch, [again(second)], by=make_user(Role.FINANCE), execution_on=day, charges="DEBT")


def test_our_account_must_be_known():
    batch = actions.draft([make_payment("approved")], by=(finance := make_user(Role.FINANCE)), **about())
    with pytest.raises(ValidationError, match="which number our account has"):
        actions.submit(batch, by=finance)


# The last moment


def test_a_gate_that_closes_stops_the_file_and_names_the_payment():
    payment = make_payment("approved")
    batch = make_batch("approved", of=[payment])
    make_screening(payment.grant.organisation, "match")
    with pytest.raises(ValidationError) as error:
        actions.make_file(batch, by=make_user(Role.FINANCE))
    assert error.value.messages[0].startswith(f"{payment}: ")
    assert (again(batch).state, again(payment).state, PaymentOrder.objects.count()) == ("approved", "batched", 0)


def test_another_bank_account_of_the_ngo_stops_the_file():
    payment = make_payment("approved")
    batch = make_batch("approved", of=[payment])
    make_bank_account(organisation=payment.grant.organisation)
    with pytest.raises(ValidationError, match="bank account has changed since"):
        actions.make_file(batch, by=make_user(Role.FINANCE))


def test_a_payment_that_is_held_leaves_the_batch_and_the_batch_is_looked_at_again():
    first, second = make_payment("approved"), make_payment("approved")
    batch = make_batch("approved", of=[first, second])
    payments.hold(again(first), by=make_user(Role.MANAGER), note="Wait.")
    assert (again(first).state, again(first).batch) == ("held", None)
    with pytest.raises(ValidationError, match=r"A payment left the batch: 2 of .*24,000.* were submitted, 1 of .*12,000.* are there"):
        actions.make_file(batch, by=make_user(Role.FINANCE))
    actions.send_back(batch, by=make_user(Role.FINANCE), note="One is held.")
    assert (batch.state, batch.approved_by, batch.sha256) == ("draft", None, "")
    actions.submit(batch, by=batch.maker)
    assert (batch.count, batch.total) == (1, usd(12_000))


def test_what_has_changed_since_it_was_submitted_is_not_sent():
    payment = make_payment("approved")
    batch = make_batch("submitted", of=[payment])
    banking.describe(make_bank(), by=make_user(Role.FINANCE), account="AT341904300234573202", bic="BKAUATWW", layout=None)
    with pytest.raises(ValidationError, match="has changed since the batch was submitted"):
        actions.approve(batch, by=make_user(Role.APPROVER))
    actions.send_back(batch, by=make_user(Role.APPROVER), note="Another account.")
    actions.submit(batch, by=batch.maker)
    with pytest.raises(ConcurrentTransition):
        actions.approve(batch, by=make_user(Role.APPROVER), seen="another hash")
    assert actions.approve(batch, by=make_user(Role.APPROVER), seen=batch.sha256).state == "approved"


def test_the_day_of_execution_is_not_past_when_the_file_is_made():
    batch = make_batch("approved")
    with clock.frozen(clock.today() + timedelta(days=1)), pytest.raises(ValidationError, match="has passed: send the batch back"):
        actions.make_file(batch, by=make_user(Role.FINANCE))


def test_a_cancelled_batch_sets_its_payments_free():
    batch = make_batch("approved")
    (payment,) = batch.payments.all()
    actions.cancel(batch, by=make_user(Role.FINANCE), note="The bank takes no files today.")
    assert (batch.state, again(payment).state, again(payment).batch) == ("cancelled", "approved", None)
    assert payments.export(again(payment), by=make_user(Role.FINANCE)).state == "exported"


def test_an_agreement_that_ends_takes_its_payment_out():
    payment = make_payment("approved")
    batch = make_batch("submitted", of=[payment])
    from grants.agreements import actions as agreements

    agreements.terminate(again(payment.grant), by=make_user(Role.MANAGER), reason="It was not kept.")
    assert (again(payment).state, batch.payments.count()) == ("held", 0)


# Names


def test_a_name_that_no_bank_can_write_is_corrected_by_hand_and_on_record():
    payment = make_payment("approved")
    account = payment.bank_account
    type(account).objects.filter(pk=account.pk).update(holder="😀")
    batch = make_batch(of=[again(payment)])
    with pytest.raises(ValidationError, match="write it by hand"):
        actions.submit(batch, by=batch.maker)
    finance = make_user(Role.FINANCE)
    payment = again(payment)
    actions.spell(batch, payment, by=finance, **spelled(name="House of Hope", clearing_system="USABA", clearing_code="021000021"))
    actions.spell(batch, payment, by=finance, **spelled(name="The House of Hope", town="Mombasa", intermediary="CITIUS33"))
    (row,) = content.rows_of(content.payments_of(batch))
    transfer = row.transfer
    assert (transfer.payee.name, transfer.bank.clearing_code, transfer.intermediary.bic) == ("The House of Hope", "", "CITIUS33")
    assert Spelling.objects.filter(bank_account=account).count() == 2
    (event,) = trail_for(row.spelling)
    assert event.details["changed"] == ["clearing_code", "clearing_system", "intermediary", "name", "town"]
    assert "House" not in str(event.details)
    actions.submit(batch, by=batch.maker)
    actions.approve(batch, by=make_user(Role.APPROVER))
    assert b"<Nm>The House of Hope</Nm>" in actions.make_file(batch, by=finance).order.file


@pytest.mark.parametrize(
    "wrong, field, said",
    [
        ({"name": "Hôpe"}, "name", "Banks can’t write: ô"),
        ({"town": "Zürich"}, "town", "Banks can’t write: ü"),
        ({"clearing_system": "USABA"}, "clearing_code", "goes with its clearing system"),
        ({"intermediary": "CITI"}, "name", "The BIC of a bank is not one."),
    ],
)
def test_a_wrong_spelling_names_its_field(wrong, field, said):
    payment = make_payment("approved")
    batch = make_batch(of=[payment])
    with pytest.raises(ValidationError) as error:
        actions.spell(batch, payment, by=make_user(Role.FINANCE), **spelled(**wrong))
    assert said in " ".join(error.value.message_dict[field])
    assert Spelling.objects.count() == 0


def test_names_are_corrected_by_finance_in_a_draft_only():
    payment = make_payment("approved")
    batch = make_batch("submitted", of=[payment])
    with pytest.raises(TransitionNotAllowed):
        actions.spell(batch, payment, by=make_user(Role.FINANCE), **spelled())
    with pytest.raises(PermissionDenied):
        actions.spell(batch, payment, by=make_user(Role.APPROVER), **spelled())


# What the bank did


def with_the_bank(number=2):
    """A batch that was ordered, and the account of ours whose statements tell of it."""
    found = [make_payment("approved") for _ in range(number)]
    return make_batch("ordered", of=found), [again(each) for each in found]


def line_of(amount, **facts):
    details = make_details()
    return make_line(amount, details=details, first=clock.today() - timedelta(days=2), **{"after": 1, "days": 2, **facts})


def test_one_debit_settles_the_whole_batch():
    batch, found = with_the_bank()
    with clock.frozen(clock.today() + timedelta(days=3)):
        line = line_of(usd("-24000.00"), text=f"Batch {batch.reference}", reference="BK-77")
        finance = make_user(Role.FINANCE)
        (offer,) = [each for each in hooks.offers_for(line, finance) if each.key.startswith("batch")]
        assert offer.key == f"batch-{batch.pk}"
        match = banking.take_up(line, offer.key, by=finance)
    assert [again(each).state for each in found] == ["paid", "paid"]
    assert {again(each).bank_reference for each in found} == {"BK-77"}
    assert match.parts.count() == 2
    assert Entry.objects.filter(source="payment.settle").count() == 2
    assert not again(found[0]).twins().exists()


def test_what_the_bank_refused_is_not_in_the_debit():
    batch, (first, second) = with_the_bank()
    actions.refuse(batch, [first], by=make_user(Role.FINANCE), note="AC04: the account is closed.")
    assert (again(first).state, again(first).note, again(second).state) == ("refused", "AC04: the account is closed.", "exported")
    with clock.frozen(clock.today() + timedelta(days=3)):
        line = line_of(usd("-12000.00"))
        keys = [each.key for each in hooks.offers_for(line, make_user(Role.FINANCE))]
    assert keys == [f"payment-{second.pk}"]
    assert again(first).tranche.state == "ready"


def test_who_records_a_refusal():
    batch, (payment,) = with_the_bank(1)
    for user in (batch.approved_by, make_user(Role.AUDITOR), make_user(Role.MANAGER)):
        with pytest.raises(PermissionDenied):
            actions.refuse(batch, [payment], by=user, note="No.")
    finance = make_user(Role.FINANCE)
    with pytest.raises(ValidationError, match="at least one payment of the batch"):
        actions.refuse(batch, [], by=finance, note="No.")
    actions.refuse(batch, [payment], by=finance, note="No.")
    with pytest.raises(TransitionNotAllowed):
        actions.refuse(batch, [again(payment)], by=finance, note="No.")


def test_a_return_is_told_by_our_reference_where_all_bear_that_of_the_bank():
    batch, (first, second) = with_the_bank()
    actions.settle(batch, by=make_user(Role.FINANCE), on=clock.today(), bank_reference="BK-77")
    with clock.frozen(clock.today() + timedelta(days=3)):
        line = line_of(usd("11990.00"), text=f"RETURN {second.reference} BK-77")
        finance = make_user(Role.FINANCE)
        keys = [each.key for each in hooks.offers_for(line, finance) if each.key.startswith("return")]
        assert keys == [f"return-{second.pk}"]
        banking.take_up(line, keys[0], by=finance)
    assert (again(second).state, again(second).return_charges, again(first).state) == ("returned", usd(10), "paid")


def test_the_same_bank_reference_on_two_payments_is_a_warning():
    first, second = make_payment("exported"), make_payment("exported")
    for each in (first, second):
        payments.settle(each, by=make_user(Role.FINANCE), on=clock.today(), bank_reference="SAME-1")
    assert list(again(first).twins()) == [second]


def test_a_held_payment_that_the_bank_paid_is_offered():
    _batch, (payment,) = with_the_bank(1)
    payments.hold(payment, by=make_user(Role.MANAGER), note="Wait.")
    with clock.frozen(clock.today() + timedelta(days=3)):
        keys = [each.key for each in hooks.offers_for(line_of(usd("-12000.00")), make_user(Role.FINANCE))]
    assert keys == [f"payment-{payment.pk}"]


def test_the_bank_knows_the_fund_by_its_english_name_whoever_makes_the_file():
    with translation.override("ar"):
        assert content.our_name() == "United Nations Voluntary Trust Fund for Victims of Trafficking in Persons"
