"""Bank details: proposed by one, called back by another, confirmed by a third, active some days later."""

from contextlib import suppress
from datetime import timedelta
from importlib import import_module

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.exceptions import FieldError, PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django_fsm import TransitionNotAllowed

from ngos.bank_accounts import actions, home
from ngos.bank_accounts.models import BankAccount
from ngos.bank_accounts.verification import bank_accounts_on_record, exchanged_accounts
from tests.factories.ngos import IBAN, SWIFT, make_bank_account, make_member, make_organisation, owner_of
from tests.factories.people import make_user
from tests.ledger.forcing import alter
from trustfund import clock
from trustfund.audit.models import Event
from trustfund.audit.recording import trail_for
from trustfund.encryption import Tampered, decrypt, encrypt
from trustfund.mail.models import Outbox
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
DETAILS = {"holder": "Shelter", "bank_name": "Bank", "country": "AT", "currency": "EUR", "account_number": IBAN, "swift": SWIFT}


def call(account, by=None):
    return actions.record_call(account, by=by or make_user(Role.FINANCE), on=clock.today(), person="Director", number="+43 1")


def test_the_whole_way():
    account = make_bank_account(state="proposed")
    finance, approver = make_user(Role.FINANCE), make_user(Role.APPROVER)
    call(account, finance)
    actions.verify(account, by=approver)
    assert (account.state, account.called_by, account.verified_by) == ("verified", finance, approver)
    assert account.active_from == clock.today() + timedelta(days=3)
    with pytest.raises(ValidationError):
        actions.activate(account, by=None)
    assert BankAccount.objects.active_for(account.organisation, clock.today()) is None
    later = clock.today() + timedelta(days=3)
    assert BankAccount.objects.active_for(account.organisation, later) == account
    actions.activate(account, by=None, on=later)
    assert account.state == "active"
    with pytest.raises(TransitionNotAllowed):
        actions.activate(account, by=None, on=later)


def test_a_newer_account_supersedes_and_the_past_stays_known():
    older = make_bank_account()
    organisation, before = older.organisation, clock.today()
    later = clock.today() + timedelta(days=30)
    newer = make_bank_account(organisation, on=later)
    older.refresh_from_db()
    assert (older.state, newer.state) == ("superseded", "active")
    assert BankAccount.objects.active_for(organisation, before) == older
    assert BankAccount.objects.active_for(organisation, later) == newer


def test_during_the_cooling_off_the_older_account_is_paid():
    older = make_bank_account()
    make_bank_account(older.organisation, "verified")
    assert BankAccount.objects.active_for(older.organisation, clock.today()) == older


def test_the_clock_activates_what_is_due():
    account = make_bank_account(state="verified")
    actions.activate_due(clock.now())
    account.refresh_from_db()
    assert account.state == "verified"
    with clock.frozen(clock.today() + timedelta(days=3)):
        actions.activate_due(clock.now())
        actions.activate_due(clock.now())
    account.refresh_from_db()
    assert account.state == "active"


def test_of_two_accounts_that_are_due_the_newer_stays_and_other_organisations_wait_for_nobody():
    older = make_bank_account(state="verified")
    newer, another = make_bank_account(older.organisation, "verified"), make_bank_account(state="verified")
    with clock.frozen(clock.today() + timedelta(days=3)):
        actions.activate_due(clock.now())
    assert [BankAccount.objects.get(pk=each.pk).state for each in (older, newer, another)] == ["superseded", "active", "active"]


def test_an_account_that_was_stopped_meanwhile_keeps_no_other_from_being_activated(monkeypatch):
    stopped, due = make_bank_account(state="verified"), make_bank_account(state="verified")
    activate = actions.activate

    def stopped_first(account, **details):
        if account.pk == stopped.pk:
            actions.reject(BankAccount.objects.get(pk=stopped.pk), by=make_user(Role.FINANCE), reason="Wrong.")
        return activate(account, **details)

    monkeypatch.setattr(actions, "activate", stopped_first)
    with clock.frozen(clock.today() + timedelta(days=3)):
        actions.activate_due(clock.now())
    assert [BankAccount.objects.get(pk=each.pk).state for each in (stopped, due)] == ["rejected", "active"]


def test_verifying_needs_a_call_of_somebody_else():
    account = make_bank_account(state="proposed")
    both = make_user(Role.FINANCE, Role.APPROVER)
    with pytest.raises(ValidationError):
        actions.verify(account, by=make_user(Role.APPROVER))
    call(account, both)
    with pytest.raises(PermissionDenied):
        actions.verify(account, by=both)


def test_the_database_refuses_one_person_as_maker_and_checker():
    account = make_bank_account(state="verified")
    with pytest.raises(IntegrityError), transaction.atomic():
        BankAccount.objects.filter(pk=account.pk).update(verified_by=account.called_by)
    with pytest.raises(IntegrityError), transaction.atomic():
        BankAccount.objects.filter(pk=account.pk).update(verified_by=account.proposed_by)


@pytest.mark.parametrize("role", [None, Role.PROGRAMME, Role.MANAGER, Role.AUDITOR, Role.APPROVER])
def test_only_finance_calls(role):
    with pytest.raises(PermissionDenied):
        call(make_bank_account(state="proposed"), make_user(role))


@pytest.mark.parametrize("role", [None, Role.PROGRAMME, Role.MANAGER, Role.AUDITOR, Role.FINANCE])
def test_only_the_approving_officer_verifies(role):
    account = make_bank_account(state="proposed")
    call(account)
    with pytest.raises(PermissionDenied):
        actions.verify(account, by=make_user(role))


def test_a_call_is_not_in_the_future_nor_before_the_proposal():
    account = make_bank_account(state="proposed")
    for days in (-30, 1):
        with pytest.raises(ValidationError):
            actions.record_call(account, by=make_user(Role.FINANCE), on=clock.today() + timedelta(days=days), person="D", number="1")


def test_who_proposes():
    organisation = make_organisation()
    editor, signatory = make_member(organisation), make_member(organisation, "viewer", signatory=True)
    details = {**DETAILS, "holder": organisation.name}
    for stranger in (editor, owner_of(make_organisation()), make_user(Role.FINANCE)):
        with pytest.raises(PermissionDenied):
            actions.propose(organisation, by=stranger, **details)
    account = actions.propose(organisation, by=signatory, **details)
    with pytest.raises(ValidationError):  # one at a time
        actions.propose(organisation, by=signatory, **details)
    actions.withdraw(account, by=owner_of(organisation))
    assert account.state == "rejected"
    actions.propose(organisation, by=signatory, **details)


def test_another_holder_is_explained():
    organisation = make_organisation()
    with pytest.raises(ValidationError) as error:
        actions.propose(organisation, by=owner_of(organisation), **DETAILS)
    assert list(error.value.message_dict) == ["holder_note"]
    actions.propose(organisation, by=owner_of(organisation), **DETAILS, holder_note="Fiscal sponsor")


def test_all_that_is_wrong_is_said_at_once():
    organisation = make_organisation()
    wrong = {**DETAILS, "holder": organisation.name, "account_number": "AT00", "swift": "X"}
    with pytest.raises(ValidationError) as error:
        actions.propose(organisation, by=owner_of(organisation), **wrong)
    assert sorted(error.value.message_dict) == ["account_number", "swift"]


def test_rejected_with_a_reason_and_once():
    account = make_bank_account(state="rejected")
    assert account.rejected_reason == "The bank does not know it."
    with pytest.raises(TransitionNotAllowed):
        actions.reject(account, by=make_user(Role.FINANCE), reason="again")
    with pytest.raises(TransitionNotAllowed):
        actions.withdraw(account, by=owner_of(account.organisation))


def test_an_account_in_use_is_stopped_and_no_older_one_comes_back():
    older = make_bank_account()
    newer = make_bank_account(older.organisation, on=clock.today() + timedelta(days=20))
    actions.reject(newer, by=make_user(Role.APPROVER), reason="It was not theirs.")
    assert BankAccount.objects.active_for(older.organisation, clock.today() + timedelta(days=30)) is None
    own = make_bank_account()
    actions.withdraw(own, by=owner_of(own.organisation))
    assert BankAccount.objects.active_for(own.organisation, clock.today()) is None


def test_every_owner_and_signatory_is_told():
    organisation = make_organisation()
    signatory = make_member(organisation, "viewer", signatory=True)
    make_member(organisation, "viewer")
    make_bank_account(organisation, "proposed")
    told = set(Outbox.objects.filter(key__startswith="bank_account_proposed").values_list("recipient", flat=True))
    assert told == {owner_of(organisation).pk, signatory.pk}
    assert IBAN not in "".join(Outbox.objects.values_list("body", flat=True))


def test_the_database_holds_no_digit_of_the_number():
    account = make_bank_account(state="proposed")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ngos_bankaccount")
        row = " ".join(str(value) for value in cursor.fetchone())
    assert IBAN not in row
    assert IBAN[4:] not in row
    assert BankAccount.objects.get(pk=account.pk).account_number == IBAN
    with pytest.raises(FieldError):
        BankAccount.objects.filter(account_number=IBAN).exists()


def test_a_token_that_was_changed_or_moved_does_not_open():
    token = encrypt("secret", purpose="one")
    assert decrypt(token, purpose="one") == "secret"
    for wrong in (token[:-4] + "AAAA", "x", token.swapcase()):
        with pytest.raises(Tampered):
            decrypt(wrong, purpose="one")
    with pytest.raises(Tampered):
        decrypt(token, purpose="another")


def test_keys_rotate(settings):
    account = make_bank_account(state="proposed")
    old, new = settings.ENCRYPTION_KEYS, Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [new, *old]
    assert actions.reseal() == 1
    settings.ENCRYPTION_KEYS = [new]
    assert BankAccount.objects.get(pk=account.pk).account_number == IBAN
    settings.ENCRYPTION_KEYS = old
    with pytest.raises(Tampered):
        BankAccount.objects.get(pk=account.pk)


FORCED = {
    "account_number = (SELECT account_number FROM ngos_bankaccount WHERE id = {other})": "the account that was proposed and confirmed",
    "account_number = 'no token at all'": "the account that was proposed and confirmed",
    "swift = 'RLNWATWW'": "the account that was proposed and confirmed",
    "organisation_id = (SELECT organisation_id FROM ngos_bankaccount WHERE id = {other})": "organisation_id ",
    "active_from = '2020-01-01'": "active_from ",
    "called_by_id = proposed_by_id + 70000": "called_by_id ",
    "verified_by_id = proposed_by_id + 70000": "verified_by_id ",
}


def test_an_account_that_was_exchanged_past_the_program_is_found():
    account, other = make_bank_account(state="verified"), make_bank_account(state="active", account_number="AT483200000012345864")
    proposed = make_bank_account(state="proposed")
    assert bank_accounts_on_record() == []
    for forced, expected in FORCED.items():
        with suppress(TakenBack), transaction.atomic():
            alter(f"UPDATE ngos_bankaccount SET {forced.format(other=other.pk)} WHERE id = {account.pk}")
            found = [each.where for each in bank_accounts_on_record() if each.expected.startswith(expected)]
            assert found == [f"bank account {account.pk}"], forced
            raise TakenBack
    alter(f"UPDATE ngos_bankaccount SET state = 'rejected' WHERE id = {proposed.pk}")
    assert [each.found for each in bank_accounts_on_record()] == ["rejected"]


class TakenBack(Exception):
    """Rolls back what was forced."""


def test_an_exchanged_account_stays_a_finding_when_the_keys_rotate(settings):
    account, other = make_bank_account(state="verified"), make_bank_account(state="active")
    alter(f"UPDATE ngos_bankaccount SET swift = 'RLNWATWW' WHERE id = {account.pk}")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]
    assert actions.reseal() == 2
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]
    assert exchanged_accounts() == {account.pk}
    assert trail_for(other).last().act == "books.reseal"


def test_an_account_from_before_is_taken_in_as_it_stands():
    account = make_bank_account(state="verified")
    alter(f"UPDATE ngos_bankaccount SET swift = 'RLNWATWW' WHERE id = {account.pk}")
    import_module("ngos.migrations.0002_bank_accounts_on_record").take_in(apps, connection.schema_editor(atomic=False))
    assert bank_accounts_on_record() == []


def test_the_same_number_elsewhere_is_noticed():
    one = make_bank_account(state="proposed")
    two = make_bank_account(state="proposed")
    assert list(two.others_with_this_number()) == [one]
    assert not two.others_with_this_number().filter(organisation=two.organisation).exists()


def test_a_reveal_is_for_those_who_pay_and_on_record():
    account = make_bank_account(state="proposed")
    finance = make_user(Role.FINANCE)
    assert actions.reveal(account, by=finance) == IBAN
    event = Event.objects.order_by("seq").last()
    assert (event.act, event.actor, IBAN in str(event.details)) == ("bankaccount.reveal", finance, False)
    for user in (make_user(Role.PROGRAMME), make_user(Role.AUDITOR), owner_of(account.organisation)):
        with pytest.raises(PermissionDenied):
            actions.reveal(account, by=user)


def test_the_record_names_nobody_from_outside():
    account = make_bank_account()
    details = str(list(Event.objects.filter(object_type="ngos.bankaccount").values_list("details", flat=True)))
    assert "Director" not in details
    assert account.holder not in details


def test_home():
    account = make_bank_account(state="proposed")
    finance, approver = make_user(Role.FINANCE), make_user(Role.APPROVER)
    assert [item.count for item in home.items(finance)] == [1]
    assert not home.items(approver)
    call(account, finance)
    assert not home.items(finance)
    assert [item.count for item in home.items(approver)] == [1]
    assert not home.items(owner_of(account.organisation))
    assert len(home.items(owner_of(make_organisation()))) == 1
    assert not home.items(make_user(Role.PROGRAMME))
