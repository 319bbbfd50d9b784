"""Pages of reviews: who gets where; nothing leaks to the recused, to peers, or in a blind call."""

import pytest
from django.urls import reverse

from grants.reviews import actions
from grants.reviews.models import Mark, Review
from tests.factories.ngos import owner_of
from tests.factories.people import make_user, sign_in
from tests.factories.reviews import make_closed_call, make_review, make_reviewed
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
NAMES = ["detail", "declare", "score", "autosave", "remove", "reopen"]


def url(name, obj):
    return reverse(f"reviews:{name}", args=[obj.pk])


def rubric(review, value=4, **more):
    criteria = review.application.call.criteria.all()
    marks = {f"mark-{criterion.pk}": value for criterion in criteria}
    return {**marks, **{f"why-{criterion.pk}": "Shown." for criterion in criteria}, "overall": "Good.", **more}


@pytest.fixture
def call_with_reviews(db):
    return make_reviewed([[[4, 4, 4], [2, 2, 2]], [[5, 5, 5], [3, 3, 3]]])


def test_strangers_find_nothing(client):
    review = make_review(state="accepted")
    own = [url(name, review) for name in NAMES]
    call = review.application.call
    wide = [reverse("reviews:list"), reverse("reviews:calls"), url("call", call), url("ranking", call)]
    many = [url("assign_many", call), url("assign", review.application)]
    assert {client.post(each).status_code for each in own + wide + many} == {302, 401}
    for user in (owner_of(review.application.organisation), make_user(), make_user(Role.FINANCE)):
        sign_in(client, user)
        assert {client.post(each).status_code for each in own} == {404}
        assert {client.get(each).status_code for each in wide} == {404}
    sign_in(client, make_user(Role.REVIEWER))
    assert {client.post(each).status_code for each in own} == {404}
    assert [client.get(each).status_code for each in wide + many] == [200, 404, 404, 404, 404, 404]


def test_from_the_letter_to_the_submitted_review(client):
    review = make_review(state="assigned")
    sign_in(client, review.reviewer)
    assert client.get(url("detail", review)).url == url("declare", review)
    page = client.get(url("declare", review)).content.decode()
    assert review.application.organisation.name in page
    assert "We help." not in page
    assert client.get(url("score", review)).status_code == 409
    assert client.get(review.application.get_absolute_url()).status_code == 404
    assert client.post(url("declare", review), {"sent": "1"}).status_code == 422
    assert client.post(url("declare", review), {"conflict": "no"}).url == url("detail", review)
    page = client.get(url("score", review)).content.decode()
    assert "We help." in page
    assert "Shown with evidence" in page
    assert client.post(url("score", review), rubric(review, save="1")).status_code == 302
    assert client.post(url("score", review), {"submit": "1", f"why-{Mark.objects.first().criterion_id}": ""}).status_code == 422
    assert client.post(url("score", review), rubric(review, submit="1")).url == url("detail", review)
    assert "75.0" in client.get(url("detail", review)).content.decode()
    assert client.post(url("score", review), rubric(review, submit="1")).status_code == 409


def test_autosave(client):
    review = make_review(state="accepted")
    criterion = review.application.call.criteria.first()
    assert client.post(url("autosave", review)).status_code == 401
    sign_in(client, review.reviewer)
    assert client.get(url("autosave", review)).status_code == 405
    assert client.post(url("autosave", review), {f"mark-{criterion.pk}": "5"}).json() == {"fields": {}}
    assert client.post(url("autosave", review), {f"why-{criterion.pk}": "Yes."}).status_code == 200
    mark = Mark.objects.get()
    assert (mark.value, mark.comment) == (5, "Yes.")
    assert client.post(url("autosave", review), {f"mark-{criterion.pk}": "6"}).status_code == 422
    submitted = make_review()
    sign_in(client, submitted.reviewer)
    assert client.post(url("autosave", submitted), {f"mark-{criterion.pk}": "1"}).status_code == 409


def test_whoever_declares_a_conflict_finds_every_door_closed(client, call_with_reviews):
    _call, applications, people = call_with_reviews
    application, person = applications[0], people[0]
    theirs = application.reviews.get(reviewer=person)
    peer = application.reviews.exclude(reviewer=person).get()
    document = application.documents.first()
    sign_in(client, person)
    doors = [
        application.get_absolute_url(),
        reverse("applications:read", args=[application.pk]),
        reverse("applications:document", args=[application.pk, document.pk]),
        url("detail", peer),
    ]
    assert [client.get(door).status_code for door in doors] == [200] * 4
    assert client.post(url("declare", theirs), {"conflict": "family"}).url == reverse("reviews:list")
    assert [client.get(door).status_code for door in doors] == [404] * 4
    for page in (reverse("reviews:list"), url("detail", theirs)):
        text = client.get(page).content.decode()
        assert application.title not in text
        assert application.organisation.name not in text
        assert "We help." not in text
    assert [client.post(url(name, theirs)).status_code for name in ("declare", "score", "autosave")] == [409, 409, 409]


@pytest.mark.parametrize("role", [Role.PROGRAMME, Role.MANAGER])
def test_staff_with_a_conflict_sees_no_trace(client, call_with_reviews, role):
    call, applications, _people = call_with_reviews
    person = make_user(role)
    hidden = applications[1]
    actions.declare(hidden, by=person, reason_kind="money")
    sign_in(client, person)
    for page in (url("call", call), url("ranking", call), reverse("applications:register")):
        text = client.get(page).content.decode()
        assert applications[0].reference in text
        assert hidden.reference not in text
        assert hidden.title not in text
    assert {client.get(url("detail", review)).status_code for review in hidden.reviews.all()} == {404}
    assert client.get(url("assign", hidden)).status_code == 404


def test_peers_marks_wait_for_one_s_own(client):
    _call, (application,) = make_closed_call()
    theirs = make_review(application, marks=[2, 2, 2])
    mine = make_review(application, "draft")
    sign_in(client, mine.reviewer)
    assert client.get(url("detail", theirs)).status_code == 404
    assert "Because of" in client.get(url("score", mine)).content.decode()
    actions.submit(mine, by=mine.reviewer)
    page = client.get(url("detail", mine)).content.decode()
    assert "25.0" in page
    assert theirs.reviewer.name not in page


def test_a_blind_call_names_nobody(client):
    _call, (application,) = make_closed_call(blind=True)
    review = make_review(application, "assigned")
    sign_in(client, review.reviewer)
    name = application.organisation.name
    read = reverse("applications:read", args=[application.pk])
    pages = [url("declare", review), url("score", review), application.get_absolute_url(), read]
    client.get(pages[0])
    actions.accept(review, by=review.reviewer)
    for page in pages[1:]:
        answer = client.get(page)
        assert answer.status_code == 200
        assert name not in answer.content.decode()
    document = reverse("applications:document", args=[application.pk, application.documents.first().pk])
    assert client.get(document).status_code == 403
    actions.save_draft(review, by=review.reviewer, marks={})
    assert name not in client.get(url("declare", review)).content.decode()


def test_assigning_by_pages(client):
    call, (one, two) = make_closed_call(2)
    reviewers = [make_user(Role.REVIEWER) for _each in range(2)]
    sign_in(client, make_user(Role.PROGRAMME))
    page = client.get(url("assign", one)).content.decode()
    assert one.screened_by.name in page
    assert client.post(url("assign", one), {"reviewers": [one.screened_by.pk]}).status_code == 422
    assert client.post(url("assign", one), {"reviewers": [reviewers[0].pk]}).status_code == 302
    preview = client.get(url("assign_many", call), {"reviewers": [person.pk for person in reviewers]}).content.decode()
    assert two.reference in preview
    assert Review.objects.count() == 1
    assert client.post(url("assign_many", call), {"reviewers": [person.pk for person in reviewers]}).status_code == 302
    assert Review.objects.count() == 4
    review = Review.objects.first()
    assert client.get(url("remove", review)).status_code == 405
    assert client.post(url("remove", review)).status_code == 302
    assert client.post(url("remove", review)).status_code == 404


def test_reopening_by_page(client, call_with_reviews):
    _call, (application, _other), _people = call_with_reviews
    review = application.reviews.first()
    sign_in(client, make_user(Role.MANAGER))
    assert client.post(url("reopen", review), {"reason": "x"}).status_code == 403
    sign_in(client, make_user(Role.PROGRAMME))
    assert client.post(url("reopen", review), {"reason": ""}).status_code == 422
    assert client.post(url("reopen", review), {"reason": "The budget."}).status_code == 302
    assert client.post(url("reopen", review), {"reason": "The budget."}).status_code == 409
    sign_in(client, review.reviewer)
    assert "The budget." in client.get(url("score", review)).content.decode()


def test_the_ranking(client, call_with_reviews):
    call, applications, _people = call_with_reviews
    for role in (Role.PROGRAMME, Role.MANAGER, Role.AUDITOR):
        sign_in(client, make_user(role))
        text = client.get(url("ranking", call)).content.decode()
        assert text.index(applications[1].reference) < text.index(applications[0].reference)
        assert "Disagreement" in text
        csv = b"".join(client.get(url("ranking", call), {"export": "csv"}).streaming_content).decode()
        assert csv.index(applications[1].reference) < csv.index(applications[0].reference)
        assert client.get(url("ranking", call), {"export": "xlsx"}).content.startswith(b"PK")
    for role in (Role.FINANCE, Role.REVIEWER, Role.TRUSTEE):
        sign_in(client, make_user(role))
        assert client.get(url("ranking", call)).status_code == 404


def counted(client, address, django_assert_max_num_queries):
    with django_assert_max_num_queries(100) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_lists_take_as_many_queries_for_many_as_for_one(client, django_assert_max_num_queries, monkeypatch):
    from grants.applications import receipts

    monkeypatch.setattr(receipts, "pdf", lambda *args, **kwargs: b"%PDF-1.4 receipt")
    officer, reviewer = make_user(Role.PROGRAMME), make_user(Role.REVIEWER)
    call, applications = make_closed_call(12, reviewers_per_application=1)
    pages = {officer: [url("call", call), url("ranking", call), reverse("reviews:calls")], reviewer: [reverse("reviews:list")]}
    seen = []
    for amount in (1, 11):
        for application in applications[:amount] if amount == 1 else applications[1:]:
            make_review(application, reviewer=reviewer)
        for person, addresses in pages.items():
            sign_in(client, person)
            client.get(addresses[0])
            seen.append([counted(client, address, django_assert_max_num_queries) for address in addresses])
    assert seen[:2] == seen[2:]
