"""Several write one report: nobody's words, numbers or rows are lost."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from grants.outcomes import actions as outcomes
from grants.outcomes import grid
from grants.reports import actions
from tests.factories.ngos import make_member, owner_of
from tests.factories.people import make_user
from tests.factories.reports import make_report, rows
from trustfund import clock
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    """A due report, its NGO's owner and a colleague."""
    report = make_report()
    return report, owner_of(report.grant.organisation), make_member(report.grant.organisation)


def test_different_parts_written_at_once_both_stand(pair):
    report, ann, bea = pair
    actions.save_narrative(report, {"activities": "Ann's"}, by=ann, version=0)
    actions.save_narrative(report, {"results": "Bea's"}, by=bea, version=0)
    report.refresh_from_db()
    assert (report.activities, report.results) == ("Ann's", "Bea's")


def test_the_same_part_written_at_once_keeps_both_texts_and_the_other_parts(pair):
    report, ann, bea = pair
    actions.save_narrative(report, {"activities": "Ann's"}, by=ann, version=0)
    with pytest.raises(ValidationError) as refused:
        actions.save_narrative(report, {"activities": "Bea's", "results": "Also Bea's"}, by=bea, version=0)
    assert refused.value.code == "stale"
    report.refresh_from_db()
    assert (report.activities, report.results) == ("Ann's", "Also Bea's")
    assert list(report.wordings.values_list("part", "text", "author", "refused")) == [("activities", "Bea's", bea.pk, True)]


def test_words_of_a_colleague_that_are_written_over_are_kept_aside_until_the_report_is_submitted():
    report = make_report("draft")
    bea = make_member(report.grant.organisation)
    report = actions.save_narrative(report, {"results": "Bea's"}, by=bea, version=report.version)
    ann = owner_of(report.grant.organisation)
    assert list(report.wordings.values_list("part", "text", "author", "refused")) == [("results", "Two are back at school.", ann.pk, False)]
    actions.submit(report, by=bea)
    assert not report.wordings.exists()


def test_ones_own_autosave_and_the_button_are_no_collision(pair):
    report, ann, _bea = pair
    actions.save_narrative(report, {"activities": "One"}, by=ann, version=0)
    actions.save_narrative(report, {"activities": "One two"}, by=ann, version=0)
    with clock.frozen(clock.now() + timedelta(minutes=5)), pytest.raises(ValidationError):
        actions.save_narrative(report, {"activities": "From another window"}, by=ann, version=0)


def test_a_list_that_a_colleague_saved_is_not_replaced_unseen(pair):
    report, ann, bea = pair
    actions.save_expenditures(report, rows(report, usd(100)), by=ann, version=0)
    with pytest.raises(ValidationError) as refused:
        actions.save_expenditures(report, rows(report, usd(200)), by=bea, version=0)
    assert refused.value.code == "stale"
    assert report.spent() == usd(100)
    actions.save_expenditures(report, rows(report, usd(200)), by=bea, version=report.version)
    assert report.spent() == usd(200)


def test_tables_filled_at_once_collide_only_where_both_wrote(pair):
    report, ann, bea = pair
    sheet = report.sheet
    outcomes.save_table(sheet, grid.Table.AGE, {("age", "female", "18-24"): 3}, by=ann, version=0)
    outcomes.save_table(sheet, grid.Table.MOVEMENT, {("movement", "female", "internal"): 3}, by=bea, version=0)
    with pytest.raises(ValidationError) as refused:
        outcomes.save_table(sheet, grid.Table.AGE, {("age", "female", "18-24"): 4}, by=bea, version=0)
    assert refused.value.code == "stale"
    outcomes.save_table(sheet, grid.Table.AGE, {("age", "female", "18-24"): 3}, by=bea, version=0)  # the same numbers: nothing is lost
    sheet.refresh_from_db()
    assert sheet.as_mapping() == {("age", "female", "18-24"): 3, ("movement", "female", "internal"): 3}


def test_nobody_and_persons_exclude_each_other(pair):
    report, ann, _bea = pair
    sheet = outcomes.save_results(report.sheet, {}, by=ann, version=0, nobody=True)
    sheet = outcomes.save_table(sheet, grid.Table.AGE, {("age", "female", "18-24"): 3}, by=ann, version=sheet.version)
    assert not sheet.nobody
    with pytest.raises(ValidationError):
        outcomes.save_results(sheet, {}, by=ann, version=sheet.version, nobody=True)


def test_indicators_are_agreed_by_the_programme_and_stand_once_a_result_was_reported(pair):
    report, ann, _bea = pair
    row = {"text": "Beds", "counts_persons": False, "baseline": 4, "target": 10}
    programme = make_user(Role.PROGRAMME)
    [indicator] = outcomes.set_indicators(report.grant, [row], by=programme)
    sheet = outcomes.save_results(report.sheet, {indicator.pk: 6, 999_999: 1}, by=ann, version=0)
    assert list(sheet.results.values_list("indicator__text", "actual")) == [("Beds", 6)]
    with pytest.raises(ValidationError):
        outcomes.set_indicators(report.grant, [row], by=programme)


@pytest.mark.parametrize(
    "column, value, said",
    [
        ("description", "Rent, ask ann@example.org", "Row 1, “what it was for”: “ann@example.org” looks like an e-mail address"),
        ("document_number", "ann@example.org", "Row 1, “receipt number”: “ann@example.org” looks like"),
        ("amount", usd(0), "Row 1, “amount USD”: it must be above zero."),
    ],
)
def test_a_row_is_refused_with_its_number_and_column(pair, column, value, said):
    report, ann, _bea = pair
    listed = rows(report, usd(100))
    listed[0][column] = value
    with pytest.raises(ValidationError) as refused:
        actions.save_expenditures(report, listed, by=ann)
    assert refused.value.messages[0].startswith(said)
    assert not report.expenditures.exists()


def test_a_confirmation_is_for_the_words_that_were_shown(pair):
    report, ann, _bea = pair
    actions.save_narrative(report, {"activities": "Write to ann@example.org"}, by=ann, version=0)
    with pytest.raises(ValidationError):
        actions.confirm_no_personal_data(report, by=ann, digest="0" * 64)


@pytest.mark.parametrize("why", ["  ", "Ask ann@example.org"])
def test_a_row_is_disallowed_with_a_reason_that_names_nobody(why):
    report, finance = make_report("substance_accepted"), make_user(Role.FINANCE)
    row = report.expenditures.first()
    with pytest.raises(ValidationError) as refused:
        actions.accept(report, by=finance, disallowed={row.pk: why})
    assert refused.value.messages[0].startswith("Row 1:")
    report.refresh_from_db()
    assert report.state == "substance_accepted"


def test_what_was_corrected_meanwhile_is_not_accepted_by_an_old_page():
    report, finance = make_report("substance_accepted"), make_user(Role.FINANCE)
    for stale in ({"seen": "0" * 64}, {"disallowed": {999_999: "No receipt."}}):
        with pytest.raises(ValidationError) as refused:
            actions.accept(report, by=finance, **stale)
        assert refused.value.code == "stale"
    assert actions.accept(report, by=finance, seen=report.content_hash).state == "accepted"
