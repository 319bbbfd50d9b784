"""The list page: what the URL says is what is shown, and the same few queries whatever its length."""

import re

import pytest
from django.contrib.auth import get_user_model

pytestmark = [pytest.mark.urls("tests.ui.urls"), pytest.mark.django_db]


def make(number):
    User = get_user_model()
    return [User.objects.create(email=f"person{place:03}@example.org", name=f"Person {place}") for place in range(number)]


def get(client, query=""):
    return client.get(f"/list/{query}").content.decode()


def rows(html):
    return re.findall(r'<th scope="row"><a href="[^"]*">(person\d+)@', html)


def test_each_row_opens_its_own_page(client):
    (user,) = make(1)
    html = get(client)
    assert f'<tr data-href="/styleguide/?{user.pk}">' in html
    assert f'<th scope="row"><a href="/styleguide/?{user.pk}">person000@example.org</a>' in html


def test_a_head_sorts_and_says_how_it_is_sorted(client):
    make(3)
    html = get(client, "?sort=email")
    assert '<th scope="col" aria-sort="ascending"><a href="?sort=-email">E-mail</a></th>' in html
    assert rows(html) == ["person000", "person001", "person002"]
    assert rows(get(client, "?sort=-email")) == ["person002", "person001", "person000"]


def test_figures_are_numbers_and_their_sum_is_at_the_foot(client):
    users = make(2)
    html = get(client)
    assert '<th scope="col" class="number"' in html
    foot = html[html.index("<tfoot>") :]
    assert f'<td class="number">{sum(user.pk for user in users):,}</td>' in foot


def test_a_search_narrows_and_can_be_undone(client):
    make(3)
    html = get(client, "?q=person001")
    assert rows(html) == ["person001"]
    assert 'value="person001"' in html
    assert '<a href="?">Show everything</a>' in html


def test_a_filter_is_kept_in_its_control(client):
    make(2)
    html = get(client, "?active=False")
    assert rows(html) == []
    assert '<option value="False" selected>Closed</option>' in html
    assert "Nothing fits this search." in html


def test_the_empty_list_says_what_to_do(client):
    html = get(client)
    assert "Nobody yet." in html
    assert "Show everything" not in html


def test_sorting_survives_a_search(client):
    make(1)
    assert '<input type="hidden" name="sort" value="-name">' in get(client, "?sort=-name")


def test_pages_keep_search_and_sort(client):
    make(60)
    html = get(client, "?q=person&sort=email&page=2")
    assert rows(html)[0] == "person025"
    assert "Page 2 of 3" in html
    assert "26 to 50 of 60" in html
    assert 'href="?q=person&amp;sort=email&amp;page=3" rel="next"' in html


def test_the_download_is_of_what_is_shown(client):
    make(1)
    assert 'href="?q=person&amp;export=csv" download' in get(client, "?q=person")


def test_what_was_typed_is_shown_as_text(client):
    html = get(client, "?q=%22%3E%3Cscript%3E&sort=%22%3E%3Cscript%3E")
    assert "<script>" not in html


@pytest.mark.parametrize("size", ["9" * 5000, "0", "-25", "26", "٢٥", "abc"])
def test_a_size_that_is_not_offered_is_the_usual_one(client, size):
    make(26)
    assert len(rows(get(client, f"?size={size}"))) == 25


@pytest.mark.parametrize("number", [1, 50])
def test_a_long_list_asks_no_more_than_a_short_one(client, django_assert_num_queries, number):
    make(number)
    get(client)  # what is asked once per process
    with django_assert_num_queries(3):  # count, sums, rows
        get(client, "?size=100")
