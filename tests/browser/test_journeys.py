"""The whole cycle of a grant as its eight people live it, by clicking and typing only; the story is told in tests/journeys/."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from donors.donors.models import Donor
from grants.agreements import actions as agreements
from grants.applications.models import Application
from grants.calls import actions as calls
from tests.factories.agreements import make_grant, make_payment
from tests.factories.calls import advance_call, make_call
from tests.factories.donors import make_contact
from tests.factories.ngos import owner_of
from tests.factories.people import make_user
from tests.journeys import applying, calling, choosing, clearing, closing, giving, granting, looking, paying, reporting
from tests.journeys.walking import Journey, Person
from trustfund import clock
from trustfund.ledger.verification import check_books
from trustfund.people.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]
STAFF = {
    "officer": Role.PROGRAMME,
    "reviewer": Role.REVIEWER,
    "trustee": Role.TRUSTEE,
    "manager": Role.MANAGER,
    "maker": Role.FINANCE,
    "checker": Role.APPROVER,
}
NGO, DONOR = "ana@haven.example", "dora@austria.example"
INTERIM = [
    ("1 Staff", date(2025, 9, 30), "Social worker", Decimal("4000.00")),
    ("2 Direct help", date(2025, 10, 31), "Rent", Decimal("7600.00")),
]
FINAL = [("2 Direct help", date(2026, 3, 31), "Rent", Decimal("2300.00"))]


@pytest.fixture
def story(browser_page, sign_in, axe, look, live_server, settings):
    """The nine, each at a browser of their own, and what is found on the way."""
    settings.SITE_URL = live_server.url
    story = SimpleNamespace(journey=Journey(axe, look))
    for who, role in STAFF.items():
        page, user = browser_page(), make_user(role, name=who.capitalize())
        setattr(story, who, Person(who, page, story.journey, comes_in=partial(sign_in, page, user)))
    for who in ("ngo", "donor", "visitor"):
        setattr(story, who, Person(who, browser_page(), story.journey))
    return story


@pytest.fixture
def without_script(browser_page, sign_in, axe, look, live_server, settings):
    """`without_script("ngo", user)`: somebody whose browser runs none; no page is examined, axe has seen them all with it."""
    settings.SITE_URL = live_server.url

    def begin(who, user=None):
        page = browser_page(javascript=False)
        comes_in = partial(sign_in, page, user) if user else lambda: None
        return Person(who, page, Journey(axe, look, examines=False), javascript=False, comes_in=comes_in)

    return begin


def test_a_whole_cycle(story):
    with clock.frozen(date(2025, 1, 13)):
        giving.open_the_books(story.maker)
        giving.register_the_donor(story.maker, DONOR)
        looking.accept_the_invitation(story.donor, DONOR)
        giving.announce_and_sign(story.manager, date(2025, 2, 3))
        giving.book(story.maker)
    with clock.frozen(date(2025, 2, 10)):
        giving.receive(story.maker)
        calling.draft(story.officer)
        calling.publish(story.officer)
    with clock.frozen(date(2025, 2, 17)):
        calling.is_read(story.visitor)
        applying.sign_up(story.ngo, "Ngozi Ana", NGO)
        applying.sign_in(story.ngo, NGO)
        applying.register(story.ngo)
        applying.begin(story.ngo)
        applying.write(story.ngo)
        applying.submit(story.ngo)
    with clock.frozen(datetime(2025, 3, 31, 16, 30, tzinfo=UTC)):
        choosing.close(story.officer)
        choosing.find_eligible(story.officer)
        choosing.assign(story.officer, ["Reviewer", "Trustee"])
        choosing.declare_and_score(story.reviewer, 4)
        choosing.declare_and_score(story.trustee, 4)
    with clock.frozen(date(2025, 4, 22)):
        choosing.rank(story.officer)
        choosing.call_the_board(story.officer)
        choosing.take_the_seat(story.trustee)
        choosing.recommend(story.officer)
        applying.read_the_letter(story.ngo)
    with clock.frozen(date(2025, 5, 5)):
        clearing.clear(story.officer, date(2026, 5, 4))
        clearing.screen(story.officer, date(2025, 5, 1))
        clearing.call_back(story.maker)
        clearing.confirm(story.checker)
    with clock.frozen(date(2025, 6, 2)):
        call_command("tick")
        granting.approve(story.manager)
        granting.certify(story.maker)
        granting.offer(story.officer)
        applying.sign_in_again(story.ngo, NGO)
        granting.sign(story.ngo, "Ngozi Ana")
        granting.countersign(story.manager, "Manager")
    with clock.frozen(date(2025, 7, 1)):
        paying.request(story.ngo)
        clearing.screen(story.officer, date(2025, 6, 30))
        paying.make_ready(story.officer)
        paying.certify(story.maker)
        paying.approve(story.checker)
        paying.order(story.maker)
    with clock.frozen(date(2025, 7, 3)):
        paying.record(story.maker)
        paying.confirm_receipt(story.ngo)
    with clock.frozen(date(2026, 1, 19)):
        reporting.write(story.ngo, 12, INTERIM)
        reporting.submit(story.ngo)
        reporting.send_back(story.officer)
        reporting.correct(story.ngo)
        reporting.accept_substance(story.officer)
        reporting.accept(story.maker)
    with clock.frozen(date(2026, 7, 6)):
        reporting.write(story.ngo, 8, FINAL)
        reporting.submit(story.ngo)
        reporting.accept_substance(story.officer)
        reporting.accept(story.maker)
    with clock.frozen(date(2026, 7, 20)):
        closing.refund(story.maker)
        closing.prepare(story.maker)
        closing.confirm(story.checker)
        looking.follow_the_money(story.donor)
        looking.take_the_statement(story.donor)
        looking.read_the_statements(story.maker)
        looking.is_published(story.visitor)
    assert check_books() == []
    assert story.journey.faults == []


def test_an_ngo_applies_without_the_script(without_script):
    with clock.frozen(date(2025, 2, 17)):
        officer = make_user(Role.PROGRAMME)
        call = make_call("draft", by=officer, title=calling.TITLE, reference=calling.REFERENCE)
        questions = [{"section": each["Section"], "text": each["Question"], "word_limit": each["Most words"]} for each in calling.QUESTIONS]
        calls.set_parts(call, "questions", questions, by=officer)
        advance_call(call, "published", by=officer)
        ngo = without_script("ngo")
        applying.sign_up(ngo, "Ngozi Ana", NGO)
        applying.sign_in(ngo, NGO)
        applying.register(ngo)
        applying.begin(ngo)
        applying.write(ngo)
        applying.submit(ngo)
    assert Application.objects.get().state == "submitted"


def test_an_ngo_signs_and_is_paid_and_its_donor_reads_of_it_without_the_script(without_script):
    grant = make_grant("offered")
    owner, contributor = owner_of(grant.organisation), Donor.objects.get()
    ngo, donor = without_script("ngo", owner), without_script("donor", make_contact(contributor))
    granting.sign(ngo, owner.name)
    grant.refresh_from_db()
    manager = make_user(Role.MANAGER)
    agreements.countersign(grant, by=manager, typed_name=manager.name, version=grant.current_version)
    paying.request(ngo, amount="12,000.00")
    make_payment("paid", grant=grant)
    paying.confirm_receipt(ngo)
    assert grant.tranches.get(number=1).state == "receipt_confirmed"
    donor.goes_home()
    donor.follows("My contributions")
    donor.reads("24,000.00", "12,000.00")
    assert donor.downloads("PDF").startswith(b"%PDF")
    assert check_books() == []
