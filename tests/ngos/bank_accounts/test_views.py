"""Pages of bank details: who gets where, and that no page shows a number unasked."""

import pytest
from django.urls import reverse

from ngos.bank_accounts import actions
from ngos.bank_accounts.models import BankAccount
from tests.factories.ngos import IBAN, SWIFT, make_bank_account, make_member, make_organisation, owner_of
from tests.factories.people import age_sign_in, make_user, sign_in
from trustfund import clock
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
ACTS = ["call", "verify", "activate", "reject", "withdraw", "reveal"]


def url(name, account):
    return reverse(f"bank_accounts:{name}", args=[account.pk])


def proposal(organisation, **fields):
    base = {"holder": organisation.name, "bank_name": "Bank", "country": "AT", "currency": "EUR"}
    return {**base, "account_number": IBAN, "swift": SWIFT, **fields}


@pytest.mark.parametrize("name", ACTS)
def test_strangers_find_nothing(client, name):
    account = make_bank_account(state="proposed")
    assert client.post(url(name, account)).status_code == 302
    for user in (owner_of(make_organisation()), make_user(Role.TRUSTEE), make_user(Role.REVIEWER), make_user()):
        sign_in(client, user)
        assert client.post(url(name, account)).status_code == 404


def statuses(client, account, names=ACTS):
    return [client.post(url(name, account)).status_code for name in names]


def test_who_may_look_and_not_act(client):
    account = make_bank_account(state="proposed")
    for user in (make_user(Role.PROGRAMME), make_user(Role.AUDITOR), make_user(Role.MANAGER), make_member(account.organisation)):
        sign_in(client, user)
        assert client.get(url("detail", account)).status_code == 200
        assert statuses(client, account) == [403] * len(ACTS)


def test_out_of_order_is_409(client):
    account = make_bank_account(state="rejected")
    sign_in(client, make_user(Role.FINANCE))
    assert statuses(client, account, ["call", "activate", "reject"]) == [409, 409, 409]
    sign_in(client, make_user(Role.APPROVER))
    assert statuses(client, account, ["verify"]) == [409]
    sign_in(client, owner_of(account.organisation))
    assert statuses(client, account, ["withdraw"]) == [409]


def test_the_whole_way_by_pages(client):
    organisation = make_organisation()
    sign_in(client, owner_of(organisation))
    propose = reverse("bank_accounts:propose", args=[organisation.pk])
    assert client.get(propose).status_code == 200
    assert client.post(propose, proposal(organisation, swift="X")).status_code == 422
    assert client.post(propose, proposal(organisation)).status_code == 302
    assert client.post(propose, proposal(organisation)).status_code == 422
    account = BankAccount.objects.get()
    sign_in(client, make_user(Role.FINANCE))
    assert client.get(url("call", account)).status_code == 200
    data = {"person": "Director", "number": "+43", "on": clock.today().isoformat()}
    assert client.post(url("call", account), data).status_code == 302
    sign_in(client, make_user(Role.APPROVER))
    assert "Director" in client.get(url("verify", account)).content.decode()
    assert client.post(url("verify", account)).status_code == 302
    assert client.post(url("verify", account)).status_code == 409
    assert client.post(url("activate", account)).status_code == 422
    account.refresh_from_db()
    assert account.state == "verified"


@pytest.mark.parametrize("name", ["activate", "reveal"])
def test_what_is_done_by_one_button_wants_a_fresh_sign_in_too(client, name):
    account, approver = make_bank_account(state="verified"), make_user(Role.APPROVER)
    sign_in(client, approver)
    age_sign_in(client, approver, seconds=24 * 3600)
    assert client.post(url(name, account)).url.startswith(reverse("account_reauthenticate"))
    assert BankAccount.objects.get().state == "verified"


def test_finance_rejects_with_a_reason(client):
    account = make_bank_account(state="proposed")
    sign_in(client, make_user(Role.FINANCE))
    assert client.post(url("reject", account), {"reason": ""}).status_code == 422
    assert client.post(url("reject", account), {"reason": "No answer."}).status_code == 302
    sign_in(client, owner_of(account.organisation))
    assert "No answer." in client.get(url("detail", account)).content.decode()


def test_an_old_sign_in_is_asked_again(client):
    organisation = make_organisation()
    owner = owner_of(organisation)
    sign_in(client, owner)
    age_sign_in(client, owner, seconds=4000)
    answer = client.get(reverse("bank_accounts:propose", args=[organisation.pk]))
    assert answer.status_code == 302
    assert reverse("account_reauthenticate") in answer.url


def test_no_page_shows_the_number_unasked(client):
    account = make_bank_account()
    pages = [reverse("bank_accounts:of", args=[account.organisation_id]), url("detail", account)]
    for user in (owner_of(account.organisation), make_user(Role.FINANCE), make_user(Role.AUDITOR)):
        sign_in(client, user)
        text = "".join(client.get(page).content.decode() for page in pages)
        assert "•••• 3201" in text
        assert IBAN not in text
        assert IBAN[4:12] not in text
    sign_in(client, make_user(Role.FINANCE))
    assert IBAN not in client.get(reverse("bank_accounts:list")).content.decode()


def test_the_number_is_shown_when_asked_for(client):
    account = make_bank_account()
    sign_in(client, make_user(Role.APPROVER))
    assert client.get(url("reveal", account)).status_code == 405
    answer = client.post(url("reveal", account))
    assert IBAN in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert "Whole number read" in client.get(url("detail", account)).content.decode()


def test_whom_we_called_is_not_for_the_organisation(client):
    account = make_bank_account()
    sign_in(client, owner_of(account.organisation))
    assert "Director" not in client.get(url("detail", account)).content.decode()


def test_a_member_is_led_to_their_own_accounts(client):
    account = make_bank_account()
    sign_in(client, owner_of(account.organisation))
    assert client.get(reverse("bank_accounts:list")).url == reverse("bank_accounts:of", args=[account.organisation_id])
    sign_in(client, make_user())
    assert client.get(reverse("bank_accounts:list")).url == reverse("home")
    assert client.get(reverse("bank_accounts:of", args=[account.organisation_id])).status_code == 404


def test_the_list_takes_as_many_queries_for_fifty_as_for_one(client, django_assert_max_num_queries):
    sign_in(client, make_user(Role.FINANCE))
    account = make_bank_account(state="proposed")
    address = reverse("bank_accounts:list") + "?size=100"
    client.get(address)
    counts = []
    for _round in range(2):
        with django_assert_max_num_queries(100) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured))
        for _each in range(49):
            organisation = make_organisation()
            actions.propose(organisation, by=owner_of(organisation), **proposal(organisation))
    assert counts[0] == counts[1]
    assert account.masked in client.get(address).content.decode()
