"""Pages about money that came, by role, at a constant number of queries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from donors.contributions.home import items
from donors.contributions.models import Contribution
from tests.donors.support import queries, signed_in
from tests.factories.books import make_bank, open_years
from tests.factories.donors import make_agreement, make_contact, make_contribution, make_donor, make_unidentified
from tests.factories.people import make_user
from trustfund import clock
from trustfund.ledger.exchange import rates
from trustfund.money import Money, usd
from trustfund.people.navigation import destinations_for
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 16)


@pytest.fixture(autouse=True)
def _in_march():
    with clock.frozen(DAY):
        yield


def receipt(what: str, **more) -> dict:
    open_years(2026)
    return {"bank": make_bank().pk, "on": "2026-03-16", "amount": "1,000.00", "bank_reference": "TRX1", "what": what, **more}


def enter(**data):
    return signed_in(Role.FINANCE).post("/donors/contributions/new/", {**data, "confirmed": "1"})


def test_money_of_an_agreement_is_entered_on_the_page():
    instalment = make_agreement(usd("1000")).instalments.get()
    response = enter(**receipt("instalment", instalment=instalment.pk, charges="5"))
    found = Contribution.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/donors/contributions/{found.pk}/")
    assert (found.instalment, found.amount, found.charges) == (instalment, usd("1000"), usd("5"))


def test_a_gift_and_an_unknown_receipt_are_entered_on_the_page():
    assert enter(**receipt("gift", donor=make_donor().pk, psc_rate="13")).status_code == 302
    assert enter(**receipt("unknown", bank_reference="TRX2")).status_code == 302
    assert [found.state for found in Contribution.objects.order_by("pk")] == ["received", "unidentified"]


@pytest.mark.parametrize(
    "data, text",
    [
        ({"what": "instalment"}, "Choose the instalment"),
        ({"what": "gift", "psc_rate": "0"}, "Choose who gave it"),
        ({"what": "gift"}, "programme support cost of this gift"),
        ({"what": "unknown", "amount": "a lot"}, "is not an amount"),
        ({"what": "unknown", "on": "2026-03-17"}, "in the future"),
        ({"what": "nonsense"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_shown_with_422(data, text):
    response = enter(**{**receipt(""), **data})
    assert (response.status_code, text in response.content.decode()) == (422, True)
    assert not Contribution.objects.exists()


def test_a_missing_rate_is_shown_with_currency_and_day():
    response = enter(**receipt("unknown", bank=make_bank("CHF").pk))
    assert (response.status_code, "CHF on 2026-03-16" in response.content.decode()) == (422, True)


def test_more_than_is_outstanding_is_shown_and_may_become_a_gift():
    instalment = make_agreement(usd("900")).instalments.get()
    data = receipt("instalment", instalment=instalment.pk)
    assert "more than what is outstanding" in enter(**data).content.decode()
    assert enter(**data, rest_as_gift="on").status_code == 302
    assert [found.amount for found in Contribution.objects.order_by("part")] == [usd("900"), usd("100")]


def test_the_form_opens_on_the_instalment_that_was_chosen():
    instalment = make_agreement(usd("1000")).instalments.get()
    page = signed_in(Role.FINANCE).get(f"/donors/contributions/new/?instalment={instalment.pk}").content.decode()
    assert f'value="{instalment.pk}" selected' in page


def test_what_was_entered_is_checked_before_it_is_posted_and_can_be_changed():
    donor = make_donor(name="Kingdom of Examples")
    data = receipt("gift", donor=donor.pk, psc_rate="13")
    client = signed_in(Role.FINANCE)
    asked = client.post("/donors/contributions/new/", data)
    page = asked.content.decode()
    assert asked.status_code == 200
    assert "Kingdom of Examples" in page
    assert "1,000.00" in page
    assert 'name="bank_reference" value="TRX1"' in page
    again = client.post("/donors/contributions/new/", {**data, "change": "1"})
    assert again.status_code == 200
    assert 'value="TRX1"' in again.content.decode()
    assert not Contribution.objects.exists()
    assert client.post("/donors/contributions/new/", {**data, "confirmed": "1"}).status_code == 302
    assert Contribution.objects.get().bank_reference == "TRX1"


@pytest.mark.parametrize(
    "more, text",
    [
        ({"amount": "0"}, "must be above zero"),
        ({"on": "2026-03-17"}, "is in the future"),
        ({"on": "2025-03-16"}, "The fiscal year 2025 has no periods yet"),
        ({"charges": "1000"}, "charges must be less than the amount"),
        ({"bank_reference": " TRX0 "}, "is entered already"),
        ({"bank": "francs"}, "no exchange rate for CHF on 2026-03-16"),
        ({"what": "instalment", "amount": "1000.01"}, "more than what is outstanding"),
    ],
)
def test_nobody_is_asked_to_confirm_what_would_be_refused(more, text):
    data = receipt("unknown", bank_reference="TRX0")
    enter(**data)
    data = {**data, "bank_reference": "TRX1", "instalment": make_agreement(usd("1000")).instalments.get().pk, **more}
    data["bank"] = make_bank("CHF").pk if data["bank"] == "francs" else data["bank"]
    refused = signed_in(Role.FINANCE).post("/donors/contributions/new/", data)
    assert (refused.status_code, text in refused.content.decode()) == (422, True)
    assert Contribution.objects.count() == 1


def test_the_check_says_what_money_in_another_currency_is_worth():
    data = receipt("unknown", bank=make_bank("EUR").pk)
    rates.add("EUR", DAY, Decimal("0.8"), source="UN")
    asked = signed_in(Role.FINANCE).post("/donors/contributions/new/", data)
    assert dict(asked.context["facts"])["Worth in the books"] == usd("1250")
    assert dict(asked.context["facts"])["Rate (units per USD)"] == "0.8"


def test_a_receipt_is_identified_on_the_page():
    found, donor = make_unidentified(), make_donor()
    url = f"/donors/contributions/{found.pk}/identify/"
    data = {"on": "2026-03-16", "what": "gift", "donor": donor.pk, "psc_rate": "0", "confirmed": "1"}
    client = signed_in(Role.FINANCE)
    assert client.get(url).status_code == 200
    assert client.post(url, {**data, "donor": ""}).status_code == 422
    assert client.post(url, data).status_code == 302
    assert client.post(url, data).status_code == 409
    assert signed_in(Role.AUDITOR).post(url, data).status_code == 403
    assert signed_in(user=make_contact(donor)).post(url, data).status_code == 403


def test_a_receipt_is_identified_as_money_of_an_agreement():
    found, instalment = make_unidentified(usd("500")), make_agreement(usd("500")).instalments.get()
    data = {"on": "2026-03-16", "what": "instalment", "instalment": instalment.pk, "confirmed": "1"}
    assert signed_in(Role.FINANCE).post(f"/donors/contributions/{found.pk}/identify/", data).status_code == 302
    assert Contribution.objects.get().instalment == instalment


@pytest.mark.parametrize(
    "role, status", [(None, 404), (Role.PROGRAMME, 404), (Role.TRUSTEE, 404), (Role.AUDITOR, 200), (Role.APPROVER, 200)]
)
def test_who_reads_a_contribution(role, status):
    found = make_contribution()
    assert signed_in(role).get(f"/donors/contributions/{found.pk}/").status_code == status


def test_an_unidentified_receipt_is_read_by_staff_and_by_no_donor():
    found = make_unidentified()
    assert signed_in(Role.FINANCE).get(f"/donors/contributions/{found.pk}/").status_code == 200
    assert signed_in(user=make_contact(make_donor())).get(f"/donors/contributions/{found.pk}/").status_code == 404
    assert signed_in(Role.FINANCE).get(f"/donors/contributions/{found.pk}/receipt/").status_code == 404


def test_the_receipt_is_for_its_donor_and_for_staff():
    found = make_contribution()
    url = f"/donors/contributions/{found.pk}/receipt/"
    own = signed_in(user=make_contact(found.donor))
    response = own.get(url)
    assert (response.status_code, response["Content-Type"], response["X-Content-Type-Options"]) == (200, "application/pdf", "nosniff")
    assert own.get(f"/donors/contributions/{found.pk}/")["Location"] == f"/donors/portal/contributions/{found.pk}/"
    assert signed_in(user=make_contact(make_donor())).get(url).status_code == 404
    assert signed_in(Role.AUDITOR).get(url).status_code == 200


def test_a_receipt_is_withdrawn_on_the_page():
    found = make_contribution()
    url, data = f"/donors/contributions/{found.pk}/withdraw/", {"on": "2026-03-16", "reason": "Entered twice."}
    approver = signed_in(Role.APPROVER)
    assert approver.get(url).status_code == 200
    assert approver.post(url, {**data, "reason": ""}).status_code == 422
    assert signed_in(Role.FINANCE).post(url, data).status_code == 403
    assert signed_in(user=make_contact(make_donor())).post(url, data).status_code == 404
    assert approver.post(url, data).status_code == 302
    assert approver.post(url, data).status_code == 409
    assert signed_in(Role.AUDITOR).get(f"/donors/portal/contributions/{found.pk}/").status_code == 404


@pytest.mark.parametrize("role, status", [(None, 403), (Role.MANAGER, 403), (Role.AUDITOR, 403), (Role.FINANCE, 200)])
def test_who_may_open_the_form(role, status):
    assert signed_in(role).get("/donors/contributions/new/").status_code == status


def test_the_list_takes_as_many_queries_for_fifty():
    client, donor, finance = signed_in(Role.FINANCE), make_donor(), make_user(Role.FINANCE)
    make_contribution(donor=donor, by=finance)
    make_unidentified(by=finance)
    client.get("/donors/contributions/")
    few = queries(client, "/donors/contributions/?size=100")
    for _number in range(49):
        make_contribution(donor=donor, by=finance)
    assert queries(client, "/donors/contributions/?size=100") == few


def test_the_form_takes_as_many_queries_for_twenty_open_instalments():
    client = signed_in(Role.FINANCE)
    make_agreement()
    client.get("/donors/contributions/new/")
    few = queries(client, "/donors/contributions/new/")
    make_agreement(usd("20"), instalments=[(DAY, usd("1"))] * 20)
    assert queries(client, "/donors/contributions/new/") == few


def test_the_list_says_a_currency_beside_each_amount():
    make_contribution(Money(1000, "USD"))
    page = signed_in(Role.AUDITOR).get("/donors/contributions/").content.decode()
    assert "USD" in page


def test_what_waits_at_home_and_where_the_header_leads():
    finance = make_user(Role.FINANCE)
    make_unidentified()
    assert [(item.title, item.count) for item in items(finance)] == [("Identify a receipt", 1)]
    assert {"Donors", "Contributions"} <= {str(each.label) for each in destinations_for(finance)}
