"""Each act of a tranche: done, refused to others, out of order."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django_fsm import TransitionNotAllowed

from grants.agreements import actions as agreements
from grants.tranches import actions
from grants.tranches.models import Tranche
from tests.factories.agreements import make_grant, make_payment, make_tranche
from tests.factories.ngos import make_member, make_organisation, make_screening, owner_of
from tests.factories.people import make_user
from trustfund import clock
from trustfund.mail.models import Outbox
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _checker():
    make_user(Role.APPROVER)


def test_an_editor_requests_and_the_programme_is_told():
    officer, tranche = make_user(Role.PROGRAMME), make_tranche()
    editor = make_member(tranche.grant.organisation, "editor")
    tranche = actions.request(tranche, by=editor, needs="Rent.")
    assert (tranche.state, tranche.requested_by, tranche.needs) == ("requested", editor, "Rent.")
    assert officer.pk in Outbox.objects.filter(template="tranche_requested").values_list("recipient_id", flat=True)


def test_viewers_strangers_and_staff_request_nothing():
    tranche = make_tranche()
    viewer, stranger = make_member(tranche.grant.organisation, "viewer"), owner_of(make_organisation())
    for person in (viewer, stranger, make_user(Role.PROGRAMME), make_user(Role.FINANCE), None):
        with pytest.raises(PermissionDenied):
            actions.request(tranche, by=person, needs="Rent.")


def test_tranches_are_requested_in_their_order_on_an_active_grant():
    grant = make_grant()
    owner = owner_of(grant.organisation)
    with pytest.raises(ValidationError, match="earlier tranche"):
        actions.request(grant.tranches.get(number=2), by=owner, needs="Rent.")
    agreements.suspend(grant, by=make_user(Role.MANAGER), reason="Wait.")
    with pytest.raises(ValidationError, match="not active"):
        actions.request(grant.tranches.get(number=1), by=owner, needs="Rent.")


def test_a_request_is_returned_completed_and_accepted():
    tranche = make_tranche("returned")
    assert (tranche.state, tranche.returned_note) == ("returned", "Say for which months.")
    tranche = actions.request(tranche, by=owner_of(tranche.grant.organisation), needs="Rent of March.")
    officer = make_user(Role.PROGRAMME)
    tranche = actions.make_ready(tranche, by=officer)
    assert (tranche.state, tranche.accepted_by, tranche.returned_note) == ("ready", officer, "")


@pytest.mark.parametrize("role", [None, Role.FINANCE, Role.APPROVER, Role.MANAGER, Role.AUDITOR])
def test_only_the_programme_judges_requests(role):
    tranche, person = make_tranche("requested"), make_user(role)
    for act in (lambda: actions.make_ready(tranche, by=person), lambda: actions.send_back(tranche, by=person, note="No.")):
        with pytest.raises(PermissionDenied):
            act()


def test_a_request_is_not_accepted_through_a_closed_gate():
    tranche = make_tranche("requested")
    make_screening(tranche.grant.organisation, "match")
    with pytest.raises(ValidationError, match="Sanctions screening"):
        actions.make_ready(tranche, by=make_user(Role.PROGRAMME))
    tranche.refresh_from_db()
    assert (tranche.state, tranche.accepted_by) == ("requested", None)


def test_out_of_order_and_twice():
    tranche, officer = make_tranche("ready"), make_user(Role.PROGRAMME)
    owner = owner_of(tranche.grant.organisation)
    for act in (
        lambda: actions.request(tranche, by=owner, needs="Rent."),
        lambda: actions.make_ready(tranche, by=officer),
        lambda: actions.send_back(tranche, by=officer, note="No."),
        lambda: actions.confirm_receipt(tranche, by=owner, on=clock.today()),
        lambda: actions.reopen(tranche, by=make_user(Role.FINANCE)),
    ):
        with pytest.raises(TransitionNotAllowed):
            act()


def test_the_ngo_confirms_the_receipt_not_before_it_could_arrive():
    tranche = make_payment("paid").tranche
    owner = owner_of(tranche.grant.organisation)
    with pytest.raises(ValidationError, match="not come yet"):
        actions.confirm_receipt(tranche, by=owner, on=clock.today() + timedelta(days=1))
    tranche = actions.confirm_receipt(tranche, by=owner, on=clock.today())
    assert (tranche.state, tranche.received_on, tranche.confirmed_by) == ("receipt_confirmed", clock.today(), owner)


def test_the_database_refuses_who_accepts_their_own_request():
    tranche = make_tranche("requested")
    with pytest.raises(IntegrityError), transaction.atomic():
        Tranche._base_manager.filter(pk=tranche.pk).update(accepted_by=tranche.requested_by)
