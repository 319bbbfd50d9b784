"""Whoever is recused from an application finds nothing of its grant either, on any page, whatever their role."""

import pytest
from django.urls import reverse

from grants.agreements.models import Grant
from grants.payments.models import Payment
from grants.reports.models import Report
from grants.reviews.models import ConflictOfInterest
from grants.tranches.models import Tranche
from tests.factories.agreements import make_payment, make_tranche
from tests.factories.people import make_user, sign_in
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [Role.TRUSTEE, Role.PROGRAMME])
def test_a_recused_person_finds_no_trace_of_the_grant(client, role):
    payment = make_payment()
    grant, person = payment.grant, make_user(role)
    assert grant in Grant.objects.visible_to(person)
    ConflictOfInterest.objects.create(user=person, application=grant.application, reason_kind="family")
    for model in (Grant, Tranche, Payment, Report):
        assert not model.objects.visible_to(person).exists()
    sign_in(client, person)
    for address in (grant.get_absolute_url(), payment.tranche.get_absolute_url(), reverse("tranches:of_grant", args=[grant.pk])):
        assert client.get(address).status_code == 404
    assert grant.title not in client.get(reverse("agreements:index")).content.decode()


def test_nor_does_the_home_page_tell(client):
    tranche, officer = make_tranche("requested"), make_user(Role.PROGRAMME)
    sign_in(client, officer)
    assert tranche.grant.reference in client.get("/home/").content.decode()
    ConflictOfInterest.objects.create(user=officer, application=tranche.grant.application, reason_kind="family")
    assert tranche.grant.reference not in client.get("/home/").content.decode()


def test_somebody_else_s_conflict_hides_nothing():
    payment, officer = make_payment(), make_user(Role.PROGRAMME)
    ConflictOfInterest.objects.create(user=make_user(Role.PROGRAMME), application=payment.grant.application, reason_kind="family")
    assert payment in Payment.objects.visible_to(officer)
