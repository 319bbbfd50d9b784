"""The public pages tell of each grant as much as its setting allows, and nothing that is withheld by any way round."""

import io
from datetime import UTC, datetime
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from grants.agreements import actions as agreements
from grants.agreements.models import Grant, Publication
from grants.publishing import awards
from tests.factories.agreements import copies, make_grant
from tests.factories.ngos import make_ready_organisation
from tests.factories.people import make_user
from trustfund import clock, countries
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
AWARDED = reverse("publishing:awarded")
COUNTRIES = ["NP", "KH", "PE", "MG", "LA", "BJ"]
SETTINGS = list(product(Publication.values, [True, False]))


def secret(number):
    """The words of a grant that nothing else on a page could hold."""
    return {"name": f"Zebrahaus{number}", "acronym": f"ZQ{number}X", "title": f"Quokkaprojekt{number}", "country": COUNTRIES[number]}


@pytest.fixture
def fund():
    """One grant in force for each publication setting, of an NGO that may or may not be named: {(publication, named): its secret words}."""
    made = {}
    for number, (publication, named) in enumerate(SETTINGS):
        words = secret(number)
        organisation = make_ready_organisation(name=words["name"], acronym=words["acronym"], public_name_ok=named)
        grant = make_grant(organisation=organisation, publication=publication, amount=usd(24_000 + number))
        Grant.objects.filter(pk=grant.pk).update(title=words["title"], country=words["country"])
        made[publication, named] = {**words, "grant": Grant.objects.get(pk=grant.pk)}
    return made


def scraped(client, address):
    """All text that an address gives, workbooks and streams too."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    content = answer.getvalue() if answer.streaming else answer.content
    if content[:2] == b"PK":
        return "\n".join(str(cell.value) for sheet in load_workbook(io.BytesIO(content)) for row in sheet.iter_rows() for cell in row)
    return content.decode()


def may_be_read(publication, named):
    names = publication == Publication.FULL and named
    return {"name": names, "title": names, "acronym": False, "country": publication != Publication.UNNAMED}


def test_every_public_page_and_export_tells_what_may_be_told_and_nothing_more(client, fund):
    pages = ["/", AWARDED, f"{AWARDED}?export=csv", f"{AWARDED}?export=xlsx", f"{AWARDED}?size=200&sort=amount", reverse("calls:index")]
    texts = {page: scraped(client, page) for page in pages}
    for (publication, named), words in fund.items():
        told = may_be_read(publication, named)
        shown = {**words, "country": countries.name(words["country"])}
        for page, text in texts.items():
            for what in ("name", "title", "acronym", "country"):
                where = (page, publication, named, what)
                assert told[what] or shown[what] not in text, where
                if told[what] and page.startswith(AWARDED):
                    assert shown[what] in text, where


def test_searching_sorting_and_filtering_find_nothing_that_is_withheld(client, fund):
    everything = len(fund)
    for (publication, named), words in fund.items():
        told = may_be_read(publication, named)
        for what in ("name", "title", "acronym", "country"):
            asked = countries.name(words["country"]) if what == "country" else words[what]
            found = client.get(AWARDED, {"q": asked.split()[0]}).context["listing"].page.paginator.count
            assert found == (1 if told[what] else 0), (publication, named, what)
    for sort in ("organisation", "title", "country", "organisation__name", "-organisation__name", "title)--", "publication"):
        order = [row.pk for row in client.get(AWARDED, {"sort": sort}).context["listing"].rows]
        assert order == sorted(order, reverse=True), sort  # by nothing but when it was made
    for query in ({"publication": "unnamed"}, {"country": "NP"}, {"organisation__name": "Zebrahaus0"}, {"year": "1 OR 1"}):
        assert client.get(AWARDED, query).context["listing"].page.paginator.count == everything


def test_the_words_for_what_is_withheld_can_be_searched_and_filters_go_together(client, fund):
    found = client.get(AWARDED, {"q": "not named", "year": clock.today().year}).context["listing"]
    assert found.page.paginator.count == 5
    assert found.query == "not named"
    assert client.get(AWARDED, {"q": "a\x00b"}).status_code == 200


def test_less_is_shown_from_the_moment_that_less_is_published(client, fund):
    words = fund[Publication.FULL, True]
    assert words["name"] in scraped(client, AWARDED)
    agreements.restrict_publication(words["grant"], by=make_user(Role.PROGRAMME), publication=Publication.UNNAMED)
    assert words["name"] not in scraped(client, AWARDED) + scraped(client, "/")


def test_grants_that_nobody_signed_are_not_public(client):
    make_grant("offered")
    assert "No grant has been awarded yet." in scraped(client, AWARDED)


def test_the_year_is_viennas_for_every_reader(client):
    grant = make_grant()
    Grant.objects.filter(pk=grant.pk).update(countersigned_at=datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
    assert awards.year(Grant.objects.get(pk=grant.pk)) == 2026
    assert client.get(AWARDED, {"year": "2026"}).context["listing"].page.paginator.count == 1


def test_the_front_page_gives_the_books_figures_and_works_for_anybody(client):
    make_grant()
    page = scraped(client, "/")
    assert "24,000.00" in page or "24,000" in page
    assert client.head("/").status_code == 200
    assert client.post("/").status_code == 405


def test_the_number_of_queries_is_the_same_for_fifty_grants_as_for_one(client):
    grant = make_grant()
    pages = ["/", f"{AWARDED}?size=50", f"{AWARDED}?q=shelter"]
    before = [queries(client, page) for page in pages]
    copies(grant, 49)
    assert [queries(client, page) for page in pages] == before
    assert client.get(pages[1]).context["listing"].page.paginator.count == 50


def queries(client, page):
    client.get(page)
    with CaptureQueriesContext(connection) as found:
        client.get(page)
    return len(found)
