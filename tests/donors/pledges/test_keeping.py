"""The donor lets the fund keep what is left of an agreement after its end: who records it, once, with a document, and what follows."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django_fsm import TransitionNotAllowed

from donors.pledges import actions
from donors.pledges.models import Consent, Pledge
from tests.donors.support import signed_in
from tests.factories.books import make_grant
from tests.factories.donors import PDF, make_agreement, make_contact, make_contribution, make_document
from tests.factories.people import make_user
from tests.threads import together
from trustfund import clock
from trustfund.ledger import balances, tags
from trustfund.ledger.funding import allocations, ended
from trustfund.ledger.funding.headroom import headroom
from trustfund.ledger.verification import check_books
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
DAY, ENDED = date(2026, 3, 16), date(2026, 7, 1)


@pytest.fixture(autouse=True)
def _in_july():
    with clock.frozen(ENDED):
        yield


def paid_in(**terms) -> Pledge:
    """An agreement of 100 to be spent by the end of June, paid."""
    pledge = make_agreement(usd(100), on=DAY, expires_on=date(2026, 6, 30), **terms)
    make_contribution(usd(100), instalment=pledge.instalments.get(), on=DAY)
    return Pledge.objects.get(pk=pledge.pk)


def account(pledge):
    return pledge.instalments.get().subaccount


def keep(pledge, by=None, **more):
    return actions.keep(pledge, by=by or make_user(Role.MANAGER), **{"on": ENDED, "general": False, "document": make_document(), **more})


def returned_after_the_end(pledge, amount):
    """Reserved in time, given back after the end: due to the donor."""
    reservation = allocations.reserve(make_grant(), usd(amount), on=DAY, by=None, reference=f"r:{pledge.pk}")
    freed = allocations.release(reservation, by=None, on=ENDED, reference=f"f:{pledge.pk}")
    ended.give_back(allocations.rows_of(freed), on=ENDED, by=None, source="test", of=pledge)


def eligible():
    return [row.instalment for row in headroom(ENDED, only_eligible=True) if row.available.amount > 0]


def test_what_is_kept_can_be_used_after_the_end():
    pledge = paid_in()
    assert eligible() == []
    kept = keep(pledge)
    assert eligible() == [account(pledge)]
    assert (kept.consent.on, kept.consent.general, kept.state) == (ENDED, False, "paid")
    assert check_books() == []


def test_what_came_back_and_is_due_is_the_funds_again():
    pledge = paid_in()
    returned_after_the_end(pledge, "60")
    assert balances.balance("2300", of=account(pledge)) == usd(-60)
    keep(pledge)
    assert balances.balance("2300", of=account(pledge)) == usd(0)
    (row,) = headroom(ENDED)
    assert (row.received, row.available) == (usd(100), usd(100))
    assert check_books() == []


def test_for_any_purpose_takes_the_earmark_off():
    call = tags.create("call-1", "Call 1", "call")
    narrow, wide = paid_in(earmark=call), paid_in(earmark=call)
    keep(narrow), keep(wide, general=True)
    assert eligible() == [account(wide)]
    assert check_books() == []


@pytest.mark.parametrize("role", [Role.FINANCE, Role.APPROVER, Role.AUDITOR, Role.PROGRAMME, None])
def test_only_the_fund_manager_records_it(role):
    with pytest.raises(PermissionDenied):
        keep(paid_in(), by=make_user(role))


def test_once_only_and_only_for_an_agreement_with_an_end():
    pledge = paid_in()
    keep(pledge)
    with pytest.raises(TransitionNotAllowed):
        keep(Pledge.objects.get(pk=pledge.pk))
    with pytest.raises(TransitionNotAllowed):
        keep(make_agreement(usd(100), on=DAY))
    with pytest.raises(TransitionNotAllowed):
        keep(make_agreement(usd(100), on=DAY, booked=False, expires_on=date(2026, 6, 30)))


@pytest.mark.parametrize("on", [date(2026, 7, 2), date(2026, 3, 15)])
def test_its_day_is_not_in_the_future_nor_before_the_agreement(on):
    with pytest.raises(ValidationError):
        keep(paid_in(), on=on)
    assert not Consent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_managers_at_once_record_one_consent():
    pledge, document = paid_in(), make_document()
    managers = [make_user(Role.MANAGER) for _number in range(2)]
    done = together(*[lambda by=by: keep(Pledge.objects.get(pk=pledge.pk), by=by, document=document) for by in managers], refused=Exception)
    assert sum(isinstance(each, Pledge) for each in done) == 1
    assert Consent.objects.count() == 1


# Its page


def post(client, pledge, **more):
    data = {"on": "2026-07-01", "general": "1", "document": SimpleUploadedFile("consent.pdf", PDF), **more}
    return client.post(reverse("pledges:keep", args=[pledge.pk]), data)


def test_the_page_records_it_and_the_agreement_shows_it():
    pledge, client = paid_in(), signed_in(Role.MANAGER)
    address = reverse("pledges:keep", args=[pledge.pk])
    assert address in client.get(pledge.get_absolute_url()).content.decode()
    assert client.get(address).status_code == 200
    assert post(client, pledge).status_code == 302
    page = client.get(pledge.get_absolute_url()).content.decode()
    assert "for any purpose" in page
    assert address not in page
    assert client.get(reverse("pledges:consent_document", args=[pledge.pk])).status_code == 200
    assert client.get(address).status_code == 409


def test_a_page_without_its_document_is_shown_again():
    pledge, client = paid_in(), signed_in(Role.MANAGER)
    assert post(client, pledge, document="").status_code == 422
    assert not Consent.objects.exists()


@pytest.mark.parametrize("role, status", [(Role.FINANCE, 403), (Role.AUDITOR, 403), (None, 404), (Role.REVIEWER, 404)])
def test_who_may_not_is_refused(role, status):
    pledge = paid_in()
    assert post(signed_in(role), pledge).status_code == status


def test_the_donors_contact_reads_the_consent_and_a_stranger_does_not():
    pledge = paid_in()
    keep(pledge)
    address = reverse("pledges:consent_document", args=[pledge.pk])
    assert signed_in(user=make_contact(pledge.donor)).get(address).status_code == 200
    assert signed_in(user=make_contact(make_agreement(usd(1), on=DAY).donor)).get(address).status_code == 404
    assert signed_in(Role.MANAGER).get(reverse("pledges:consent_document", args=[make_agreement(usd(1), on=DAY).pk])).status_code == 404
