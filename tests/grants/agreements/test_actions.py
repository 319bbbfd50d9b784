"""Each act of a grant: done with exact lines, refused to others, out of order and twice."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django_fsm import TransitionNotAllowed

from grants.agreements import actions, text
from grants.agreements.models import Grant, Signature
from tests.factories.agreements import AMOUNT, make_grant, make_payment
from tests.factories.applications import make_application
from tests.factories.books import give
from tests.factories.calls import make_call
from tests.factories.ngos import make_member, make_organisation, make_ready_organisation, owner_of
from tests.factories.people import make_user
from trustfund import clock
from trustfund.audit.recording import trail_for
from trustfund.ledger.funding import allocations
from trustfund.ledger.funding.models import Allocation
from trustfund.ledger.models import Line
from trustfund.mail.models import Outbox
from trustfund.money import total, usd
from trustfund.people.models import User
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


def lines_of(grant):
    """(account, debit less credit, reference) of every line of the grant."""
    found = Line.objects.filter(subaccount=grant.subaccount).order_by("pk")
    return [(line.account_id, str(line.amount.amount), line.entry.reference) for line in found]


def told(template):
    return sorted(Outbox.objects.filter(template=template).values_list("recipient_id", flat=True))


def holding(role):
    return sorted(User.objects.holding(role).values_list("pk", flat=True))


# Approving


def test_an_award_copies_and_scales_the_budget_and_lays_out_the_plan():
    make_user(Role.FINANCE)
    manager = make_user(Role.MANAGER)
    application = make_application("recommended", organisation=make_ready_organisation())
    grant = actions.approve_award(application, by=manager, amount=usd(20_000), starts_on=clock.today())
    application.refresh_from_db()
    assert (application.state, grant.state, grant.amount, grant.approved_by) == ("awarded", "approved", usd(20_000), manager)
    assert total(line.amount for line in grant.budget_lines.all()) == usd(20_000)
    assert [part.amount for part in grant.planned_tranches.all()] == [usd(10_000), usd(8_000), usd(2_000)]
    assert [report.kind for report in grant.planned_reports.all()] == ["interim", "final"]
    assert [event.act for event in trail_for(grant)] == ["grant.approve_award"]
    assert told("funds_to_certify") == holding(Role.FINANCE) != []


@pytest.mark.parametrize("role", [None, Role.PROGRAMME, Role.FINANCE, Role.APPROVER, Role.TRUSTEE, Role.AUDITOR])
def test_only_the_fund_manager_approves_awards(role):
    application = make_application("recommended")
    with pytest.raises(PermissionDenied):
        actions.approve_award(application, by=make_user(role), amount=usd(1000), starts_on=clock.today())


def test_an_award_needs_a_recommendation_and_is_approved_once():
    manager, application = make_user(Role.MANAGER), make_application("shortlisted")
    with pytest.raises(TransitionNotAllowed):
        actions.approve_award(application, by=manager, amount=usd(1000), starts_on=clock.today())
    grant = make_grant("approved", funded=False)
    with pytest.raises(TransitionNotAllowed):
        actions.approve_award(grant.application, by=manager, amount=usd(1000), starts_on=clock.today())
    assert Grant.objects.count() == 1


def test_an_award_is_never_more_than_recommended_nor_in_the_past():
    application, manager = make_application("recommended"), make_user(Role.MANAGER)
    with pytest.raises(ValidationError) as refused:
        actions.approve_award(application, by=manager, amount=usd("24000.01"), starts_on=clock.today() - timedelta(days=40))
    assert sorted(refused.value.message_dict) == ["amount", "starts_on"]
    application.refresh_from_db()
    assert application.state == "recommended"


# Certifying


def test_certifying_reserves_the_whole_amount():
    grant = make_grant("approved")
    finance = make_user(Role.FINANCE)
    grant = actions.certify_funds(grant, by=finance)
    assert (grant.state, grant.certified_by, grant.reservation.remaining) == ("certified", finance, AMOUNT)
    assert (grant.subaccount.kind, grant.subaccount.tag) == ("grant", grant.application.call.tag)
    assert grant.subaccount.public_label == "An organisation that is not named for safety"
    assert list(Allocation.objects.values_list("reserved", "allocated")) == [(2_400_000, 0)]
    assert total(row.available for row in allocations.headroom(clock.today())) == usd(0)
    assert told("grant_to_offer") == holding(Role.PROGRAMME) != []


def test_certifying_says_how_much_is_there():
    grant = make_grant("approved", funded=False)
    give("10000")
    with pytest.raises(ValidationError, match=r"10,000\.00"):
        actions.certify_funds(grant, by=make_user(Role.FINANCE))
    grant.refresh_from_db()
    assert (grant.state, grant.subaccount, Allocation.objects.count()) == ("approved", None, 0)


def test_two_grants_never_share_the_same_money():
    call = make_call()
    first, second = (make_grant("approved", funded=False, organisation=make_ready_organisation(), call=call) for _ in range(2))
    give("30000")
    actions.certify_funds(first, by=make_user(Role.FINANCE))
    with pytest.raises(ValidationError, match=r"6,000\.00"):
        actions.certify_funds(second, by=make_user(Role.FINANCE))


def test_due_diligence_gates_the_award():
    application = make_application("recommended", organisation=make_organisation())
    grant = make_grant("approved", application=application)
    with pytest.raises(ValidationError, match="Due diligence"):
        actions.certify_funds(grant, by=make_user(Role.FINANCE))


def test_certifying_takes_another_person_in_code_and_in_the_database():
    both = make_user(Role.MANAGER, Role.FINANCE)
    application = make_application("recommended", organisation=make_ready_organisation())
    grant = actions.approve_award(application, by=both, amount=AMOUNT, starts_on=clock.today())
    with pytest.raises(PermissionDenied):
        actions.certify_funds(grant, by=both)
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(certified_by=both)


# Offering, signing


def test_an_offer_makes_the_agreement_and_tells_the_ngo():
    grant = make_grant("offered")
    version = grant.current_version
    assert (grant.state, version.number, version.hash == version.pdf.sha256) == ("offered", 1, True)
    assert version.content["amount"] == "24000.00"
    assert [amount for _n, _day, amount in version.content["tranches"]] == ["12000.00", "9600.00", "2400.00"]
    assert told("grant_offered") == [owner_of(grant.organisation).pk]
    with version.pdf.content.open() as stored:
        assert stored.read(5) == b"%PDF-"


def test_the_agreement_is_made_again_byte_for_byte():
    from grants.agreements.document import pdf_of

    version = make_grant("offered").current_version
    assert pdf_of(version.content, version=1) == version.pdf.content.read()
    assert text.changed(version.content, {**version.content, "amount": "1.00"}) == ["amount"]


def test_an_offer_is_valid_beyond_today():
    grant = make_grant("certified")
    with pytest.raises(ValidationError, match="beyond today"):
        actions.offer(grant, by=make_user(Role.PROGRAMME), valid_until=clock.today())


def test_the_ngo_signs_what_it_read_and_chooses_what_is_published():
    grant = make_grant("offered")
    owner = owner_of(grant.organisation)
    grant = actions.sign(grant, by=owner, typed_name=f" {owner.name.upper()} ", publication="country", version=grant.current_version)
    signature = Signature.objects.get()
    assert (grant.state, grant.publication, grant.ngo_signed_by) == ("signed", "country", owner)
    assert (signature.party, signature.user, signature.version_hash) == ("ngo", owner, grant.current_version.hash)
    grant.subaccount.refresh_from_db()
    assert grant.subaccount.public_label == "An organisation in Albania"
    assert told("grant_to_countersign") == holding(Role.MANAGER) != []


def test_only_a_signatory_signs():
    grant = make_grant("offered")
    editor = make_member(grant.organisation, "editor")
    stranger = owner_of(make_organisation())
    for person in (editor, stranger, make_user(Role.MANAGER), None):
        with pytest.raises(PermissionDenied):
            actions.sign(grant, by=person, typed_name="Somebody", publication="full", version=grant.current_version)
    assert Signature.objects.count() == 0


def test_a_signature_is_ones_own_name_under_the_newest_version_in_time():
    grant = make_grant("offered")
    owner, version = owner_of(grant.organisation), grant.current_version
    with pytest.raises(ValidationError, match="Type your name"):
        actions.sign(grant, by=owner, typed_name="Somebody else", publication="full", version=version)
    newer = actions._new_version(grant, make_user(Role.PROGRAMME))
    with pytest.raises(ValidationError, match="newer version"):
        actions.sign(grant, by=owner, typed_name=owner.name, publication="full", version=version)
    with clock.frozen(grant.offer_valid_until + timedelta(days=1)), pytest.raises(ValidationError, match="valid until"):
        actions.sign(grant, by=owner, typed_name=owner.name, publication="full", version=newer)


def test_countersigning_commits_and_lays_out_what_was_agreed():
    grant = make_grant("signed")
    manager = make_user(Role.MANAGER)
    grant = actions.countersign(grant, by=manager, typed_name=manager.name, version=grant.current_version)
    reference = f"grant:{grant.pk}:committed"
    assert lines_of(grant) == [("9010", "24000.00", reference), ("9020", "-24000.00", reference)]
    assert [(t.number, t.amount, t.state) for t in grant.tranches.all()] == [
        (1, usd(12_000), "planned"),
        (2, usd(9_600), "planned"),
        (3, usd(2_400), "planned"),
    ]
    version = grant.current_version
    assert sorted(version.signatures.values_list("party", flat=True)) == ["fund", "ngo"]
    assert version.signed_pdf.sha256 != version.hash
    assert told("grant_active") == [owner_of(grant.organisation).pk]


def test_acts_out_of_order_are_refused():
    grant, finance = make_grant("certified"), make_user(Role.FINANCE)
    owner, manager = owner_of(grant.organisation), make_user(Role.MANAGER)
    out_of_order = [
        lambda: actions.certify_funds(grant, by=finance),
        lambda: actions.sign(grant, by=owner, typed_name=owner.name, publication="full", version=None),
        lambda: actions.countersign(grant, by=manager, typed_name=manager.name, version=None),
        lambda: actions.decline(grant, by=owner, reason="No."),
        lambda: actions.suspend(grant, by=manager, reason="No."),
        lambda: actions.resume(grant, by=manager),
        lambda: actions.terminate(grant, by=manager, reason="No."),
        lambda: actions.close_reporting(grant, by=finance),
        lambda: actions.close(grant, by=make_user(Role.APPROVER)),
    ]
    for act in out_of_order:
        with pytest.raises(TransitionNotAllowed):
            act()
    grant.refresh_from_db()
    assert grant.state == "certified"


# Ends


def test_a_declined_offer_frees_the_money():
    grant = make_grant("offered")
    grant = actions.decline(grant, by=owner_of(grant.organisation), reason="We found other money.")
    assert (grant.state, grant.reservation.remaining) == ("declined", usd(0))
    assert total(row.available for row in allocations.headroom(clock.today())) == AMOUNT


def test_an_offer_lapses_by_the_clock_the_day_after_its_last():
    grant = make_grant("offered")
    with clock.frozen(grant.offer_valid_until):
        assert actions.lapse_offers(clock.now()) == 0
    with clock.frozen(grant.offer_valid_until + timedelta(days=1)):
        assert (actions.lapse_offers(clock.now()), actions.lapse_offers(clock.now())) == (1, 0)
    grant.refresh_from_db()
    assert (grant.state, grant.reservation.remaining) == ("lapsed", usd(0))
    assert [event.actor for event in trail_for(grant)][-1] is None


def test_an_offer_that_is_declined_in_that_moment_keeps_no_other_from_lapsing(monkeypatch):
    declined, late = make_grant("offered"), make_grant("offered")
    lapse = actions.lapse

    def declined_first(grant, **details):
        if grant.pk == declined.pk:
            actions.decline(Grant.objects.get(pk=grant.pk), by=owner_of(grant.organisation), reason="We found other money.")
        return lapse(grant, **details)

    monkeypatch.setattr(actions, "lapse", declined_first)
    with clock.frozen(late.offer_valid_until + timedelta(days=1)):
        assert actions.lapse_offers(clock.now()) == 1
    assert [Grant.objects.get(pk=each.pk).state for each in (declined, late)] == ["declined", "lapsed"]


def test_the_clock_lets_nothing_else_lapse():
    with pytest.raises(ValidationError, match="still valid"):
        actions.lapse(make_grant("offered"), by=None)
    with pytest.raises(PermissionDenied):
        actions.lapse(make_grant("certified"), by=make_user(Role.PROGRAMME), reason="No.")


def test_a_suspended_grant_is_resumed_by_the_fund_manager_alone():
    grant = make_grant("suspended")
    assert grant.suspended_reason == "We look into something."
    with pytest.raises(PermissionDenied):
        actions.resume(grant, by=make_user(Role.FINANCE))
    assert actions.resume(grant, by=make_user(Role.MANAGER)).state == "active"


def test_a_terminated_grant_stops_what_is_not_paid():
    payment = make_payment("approved")
    grant = actions.terminate(payment.grant, by=make_user(Role.MANAGER), reason="It was not kept.")
    payment.refresh_from_db()
    assert (grant.state, payment.state) == ("terminated", "held")
    assert [tranche.state for tranche in grant.tranches.order_by("number")] == ["ready", "cancelled", "cancelled"]


# Exceptions


def test_paying_at_once_is_an_exception_on_record():
    application, manager = make_application("recommended"), make_user(Role.MANAGER)
    reason = " The shelter is bought, not rented. "
    grant = actions.approve_award(application, by=manager, amount=AMOUNT, starts_on=clock.today(), at_once_reason=reason)
    assert (grant.single_tranche_by, grant.single_tranche_reason) == (manager, reason.strip())
    assert [part.amount for part in grant.planned_tranches.all()] == [AMOUNT]
    assert [event.act for event in trail_for(grant)] == ["grant.approve_award", "grant.allow_single_tranche"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(single_tranche_reason="")


def test_what_is_published_can_only_become_less():
    grant = make_grant("active")
    assert grant.subaccount.public_label == f"{grant.organisation.name} (Albania)"
    officer = make_user(Role.PROGRAMME)
    grant = actions.restrict_publication(grant, by=officer, publication="country")
    grant.subaccount.refresh_from_db()
    assert grant.subaccount.public_label == "An organisation in Albania"
    for publication in ("full", "country", "nonsense"):
        with pytest.raises(ValidationError, match="only be made less"):
            actions.restrict_publication(grant, by=officer, publication=publication)
    with pytest.raises(PermissionDenied):
        actions.restrict_publication(grant, by=make_user(Role.TRUSTEE), publication="unnamed")
    assert actions.restrict_publication(grant, by=owner_of(grant.organisation), publication="unnamed").publication == "unnamed"


def test_the_database_keeps_a_grant_in_force_countersigned():
    grant = make_grant("signed")
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant._base_manager.filter(pk=grant.pk).update(countersigned_at=clock.now())
