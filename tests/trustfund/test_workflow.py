"""One function runs every transition: locked, asked, run, saved and on record, all or nothing."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django_fsm import TransitionNotAllowed

from ngos.bank_accounts.models import BankAccount
from tests.factories.ngos import make_bank_account, owner_of
from tests.factories.people import make_user
from trustfund.audit.models import Event
from trustfund.audit.recording import trail_for
from trustfund.people.roles import Role
from trustfund.workflow import advance, possible

pytestmark = pytest.mark.django_db


def test_a_transition_is_saved_and_put_on_record():
    account, finance = make_bank_account(state="proposed"), make_user(Role.FINANCE)
    advance(account.reject, by=finance, reason="The bank does not know it.")
    assert BankAccount.objects.get(pk=account.pk).state == "rejected"
    event = trail_for(account).last()
    assert (event.act, event.actor) == ("bankaccount.reject", finance)
    assert (event.details["source"], event.details["target"]) == ("proposed", "rejected")


def test_free_text_never_goes_on_record():
    account = make_bank_account(state="proposed")
    advance(account.reject, by=make_user(Role.FINANCE), reason="Mrs Doe called")
    assert "Doe" not in str(trail_for(account).last().details)


def test_whoever_may_not_is_refused_even_out_of_order():
    account = make_bank_account(state="rejected")
    with pytest.raises(PermissionDenied):
        advance(account.reject, by=make_user(Role.REVIEWER), reason="x")
    with pytest.raises(TransitionNotAllowed):
        advance(account.reject, by=make_user(Role.FINANCE), reason="x")


def test_a_refusal_leaves_no_record():
    account, before = make_bank_account(state="proposed"), Event.objects.count()
    with pytest.raises(PermissionDenied), transaction.atomic():
        advance(account.reject, by=owner_of(account.organisation), reason="x")
    assert Event.objects.count() == before


def test_a_stale_object_is_read_again_before_anything_is_asked():
    account = make_bank_account(state="proposed")
    stale = BankAccount.objects.get(pk=account.pk)
    advance(account.reject, by=make_user(Role.FINANCE), reason="x")
    assert stale.state == "proposed"
    with pytest.raises(TransitionNotAllowed):
        advance(stale.reject, by=make_user(Role.FINANCE), reason="x")


def test_a_state_is_never_assigned():
    account = make_bank_account(state="proposed")
    with pytest.raises(AttributeError):
        account.state = "active"


def test_a_refresh_in_one_thread_opens_no_way_for_an_assignment_in_another():
    """django-fsm's own mixin lifts the protection of the shared field while it refreshes; ours must not."""
    account = make_bank_account(state="proposed")
    other = BankAccount.objects.get(pk=account.pk)
    slipped, stop = [], threading.Event()

    def assign():
        while not stop.is_set():
            try:
                other.state = "active"
                slipped.append(True)
            except AttributeError:
                pass

    thread = threading.Thread(target=assign)
    thread.start()
    for _turn in range(300):
        account.refresh_from_db()
    stop.set()
    thread.join()
    assert slipped == []


def test_a_page_can_ask_whether_an_act_is_possible():
    account = make_bank_account(state="proposed")
    assert possible(account.reject, by=make_user(Role.FINANCE))
    assert not possible(account.reject, by=make_user(Role.REVIEWER))
    assert not possible(account.activate, by=make_user(Role.FINANCE))
