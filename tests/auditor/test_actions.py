"""What is done at the auditor's desk: who may, what is kept, what can't be."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from tests.factories.books import DAY, make_bank, open_years, post
from tests.factories.people import make_user
from tests.ledger import books_of_a_year
from tests.ledger.forcing import alter
from trustfund import clock
from trustfund.audit.recording import trail_for
from trustfund.auditor import actions, changes, jobs
from trustfund.auditor.models import Pack, Result, Sample, SampleItem, Verification, Visit
from trustfund.ledger import postings
from trustfund.ledger.models import Account, Entry, LedgerHead, Line
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
YEAR = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}


@pytest.fixture
def books():
    books_of_a_year.keep()


@pytest.fixture
def auditor():
    return make_user(Role.AUDITOR)


def draw(by, **changed):
    return actions.draw(by=by, **{"method": "random", "population": "entries", "size": 5, **YEAR, **changed})


OTHERS = [None, Role.PROGRAMME, Role.REVIEWER, Role.TRUSTEE, Role.ADMINISTRATOR]


@pytest.mark.parametrize("role", [*OTHERS, Role.FINANCE, Role.APPROVER, Role.MANAGER])
def test_only_the_auditor_draws_notes_and_keeps_visits(books, auditor, role):
    other, item = make_user(role), draw(auditor).items.first()
    for act in (lambda: draw(other), lambda: actions.note(item, by=other, verdict="agreed"), lambda: actions.visit(by=other)):
        with pytest.raises(PermissionDenied):
            act()


@pytest.mark.parametrize("role", [*OTHERS, Role.APPROVER, Role.MANAGER])
def test_only_the_auditor_and_finance_ask_for_packs(role):
    with pytest.raises(PermissionDenied):
        actions.ask_pack(by=make_user(role), **YEAR)


@pytest.mark.parametrize("role", OTHERS)
def test_only_readers_of_the_books_have_them_verified(role):
    with pytest.raises(PermissionDenied):
        actions.ask_verification(by=make_user(role))


# Samples


def test_a_sample_is_kept_with_all_that_draws_it_again(books, auditor):
    sample = draw(auditor, method="monetary", seed="seed-1")
    head = LedgerHead.objects.get()
    entries = Entry.objects.filter(date__year=2026)
    value = sum(line.debit for line in Line.objects.filter(entry__in=entries).exclude(account__type="memo"))
    assert (sample.seed, sample.head, sample.head_hash) == ("seed-1", head.seq, head.hash)
    assert (sample.value.minor, sample.interval.minor) == (value, value // 5)
    again = actions.drawn_again(sample)
    assert [each.unit.key for each in again.chosen] == list(sample.items.values_list("key", flat=True))
    assert again.population_hash == sample.population_hash
    assert [event.act for event in trail_for(sample)] == ["sample.draw"]


def test_a_sample_of_an_accounts_lines(books, auditor):
    sample = draw(auditor, population="lines", account=Account.objects.get(code="1010"), size=100)
    lines = Line.objects.filter(account_id="1010", date__year=2026)
    assert sample.count == sample.items.count() == lines.count()
    assert {item.key for item in sample.items.all()} == {f"line:{line.pk}" for line in lines}
    assert all(item.entry_id == int(item.key[5:]) // 100_000 for item in sample.items.all())


def test_a_sample_of_one_kind_of_act(books, auditor):
    assert draw(auditor, population="source", source="year.close").count == 1
    with pytest.raises(ValidationError, match="nothing to draw from"):
        draw(auditor, population="source", source="voucher.approve")


def test_what_was_posted_later_is_not_in_the_population_of_an_earlier_head(books, auditor):
    early = draw(auditor, head=5)
    assert early.head == 5
    assert early.count == Line.objects.filter(entry_id__lte=5).exclude(account__type="memo").values("entry").distinct().count()
    post(postings.interest(make_bank(), usd(1)), on=date(2027, 2, 1))
    assert actions.drawn_again(early).population_hash == early.population_hash


def test_a_population_that_was_altered_is_told(books, auditor):
    sample = draw(auditor)
    alter("UPDATE ledger_line SET debit = debit + 1 WHERE debit > 0")
    assert actions.drawn_again(sample).population_hash != sample.population_hash


@pytest.mark.parametrize(
    "changed, field",
    [
        ({"head": 999_999}, "head"),
        ({"seed": "no spaces"}, "seed"),
        ({"since": date(2027, 1, 1)}, "since"),
        ({"since": date(1999, 1, 1)}, "since"),
    ],
)
def test_what_can_not_be_is_said_by_its_field(books, auditor, changed, field):
    with pytest.raises(ValidationError) as refused:
        draw(auditor, **changed)
    assert list(refused.value.message_dict) == [field]
    assert not Sample.objects.exists()


def test_without_a_seed_one_is_made(books, auditor):
    assert len(draw(auditor).seed) == 16
    assert draw(auditor).seed != draw(auditor).seed


def test_a_result_stays_said_and_the_last_word_counts(books, auditor):
    item = draw(auditor).items.first()
    actions.note(item, by=auditor, verdict="open", text="Where is the invoice?")
    actions.note(item, by=auditor, verdict="agreed")
    assert [result.verdict for result in item.results.all()] == ["open", "agreed"]
    assert [event.act for event in trail_for(item.sample)] == ["sample.draw", "sample.note", "sample.note"]
    with pytest.raises(ValidationError, match="Say in a sentence"):
        actions.note(item, by=auditor, verdict="exception", text=" ")


@pytest.mark.parametrize("model", [Sample, SampleItem, Result, Visit])
def test_working_papers_are_neither_changed_nor_deleted(books, auditor, model):
    item = draw(auditor).items.first()
    actions.note(item, by=auditor, verdict="agreed")
    actions.visit(by=auditor)
    for act in (lambda: model.objects.all()._raw_delete("default"), lambda: model.objects.update(id=0)):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


# Visits


def test_what_is_new_since_the_last_visit(auditor):
    open_years(2026)
    post(postings.interest(make_bank(), usd(5)), on=DAY)
    assert changes.since(changes.last_visit(auditor)).entries == 1
    with clock.frozen(DAY + timedelta(days=10)):
        actions.visit(by=auditor)
        assert changes.since(changes.last_visit(auditor)).entries == 0
        post(postings.interest(make_bank(), usd(7)), on=DAY)
        found = changes.since(changes.last_visit(auditor))
    assert (found.entries, found.amount, found.backdated) == (1, usd(7), 1)
    assert [row["source"] for row in found.sources] == ["test"]
    assert changes.since(changes.last_visit(make_user(Role.AUDITOR))).entries == 2


# Verifications


def test_books_in_order_are_verified_with_progress(books, auditor, monkeypatch):
    told = []
    monkeypatch.setattr(jobs, "CHUNK", 7)
    tell = jobs.tell
    monkeypatch.setattr(jobs, "tell", lambda row, **more: (told.append((more["done"], more["total"])), tell(row, **more)))
    row = actions.ask_verification(by=auditor)
    assert jobs.work(clock.now()) == 1
    row.refresh_from_db()
    assert (row.state, row.findings, row.step) == ("done", [], "")
    assert row.done == row.total > LedgerHead.objects.get().seq
    assert [done for done, _total in told] == sorted(done for done, _total in told)
    assert told[0] == (7, row.total)
    assert [event.act for event in trail_for(row)] == ["verification.ask", "verification.finish"]


def test_every_finding_is_kept_as_a_sentence(books, auditor):
    alter("UPDATE ledger_line SET rate = '2' WHERE entry_id = 3 AND position = 1")
    row = actions.ask_verification(by=auditor)
    jobs.work(clock.now())
    row.refresh_from_db()
    chain = [sentence for sentence in row.sentences if sentence.startswith("seal 3 (")]
    assert len(chain) == 1
    assert "a column or a line was altered. Sealed rows were altered past the program" in chain[0]
    assert any(sentence.startswith("trigger ") for sentence in row.sentences)


def test_a_range_of_seals_is_verified_alone(books, auditor):
    alter("UPDATE ledger_line SET rate = '2' WHERE entry_id IN (3, 9) AND position = 1")
    row = actions.ask_verification(by=auditor, first=3, last=6)
    jobs.work(clock.now())
    row.refresh_from_db()
    assert (row.done, row.total) == (4, 4)
    assert [sentence.split(" (")[0] for sentence in row.sentences] == ["seal 3"]


def test_a_range_says_whether_its_first_seal_follows_the_one_before(books, auditor):
    alter("UPDATE ledger_seal SET previous_hash = 'x' WHERE seq = 5")
    row = actions.ask_verification(by=auditor, first=5, last=5)
    jobs.work(clock.now())
    row.refresh_from_db()
    assert any("the hash of the seal before" in sentence for sentence in row.sentences)


def test_a_truncated_tail_is_found_by_the_head(books, auditor):
    last = Entry.objects.last().pk
    alter(f"DELETE FROM ledger_line WHERE entry_id = {last}", f"DELETE FROM ledger_entry WHERE seal_id = {last}")
    alter(f"DELETE FROM ledger_seal WHERE seq = {last}")
    row = actions.ask_verification(by=auditor)
    jobs.work(clock.now())
    row.refresh_from_db()
    assert any(sentence.startswith("ledger head: ") for sentence in row.sentences)


@pytest.mark.parametrize("span", [{"first": 0}, {"first": 9, "last": 3}, {"last": 999_999}])
def test_a_range_that_is_not_there_is_refused(books, auditor, span):
    with pytest.raises(ValidationError, match="choose a range within them"):
        actions.ask_verification(by=auditor, **span)
    assert not Verification.objects.exists()


# The worker


def test_a_worker_that_died_leaves_it_to_another(books, auditor):
    row = actions.ask_verification(by=auditor, first=1, last=3)
    now = clock.now()
    assert jobs.claim(row, now)
    assert not jobs.claim(Verification.objects.get(), now)
    assert jobs.work(now) == 0
    assert jobs.work(now + timedelta(minutes=11)) == 1
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("done", 2)


def test_two_workers_never_take_the_same_row(books, auditor):
    row = actions.ask_verification(by=auditor)
    once, again = Verification.objects.get(), Verification.objects.get()
    assert [jobs.claim(each, clock.now()) for each in (once, again)] == [True, False]
    assert row.attempts == 0


def test_what_fails_is_tried_again_and_then_given_up(books, auditor, monkeypatch):
    pack = actions.ask_pack(by=auditor, **YEAR)

    def broken(row):
        raise OSError("no space left on the disk")

    monkeypatch.setitem(jobs.DO, Pack, broken)
    now = clock.now()
    for attempt in range(1, 4):
        assert jobs.work(now + attempt * timedelta(minutes=11)) == 0
    pack.refresh_from_db()
    assert (pack.state, pack.attempts, pack.error) == ("failed", 3, "OSError: no space left on the disk")
    assert jobs.work(now + timedelta(days=1)) == 0


def test_asking_nudges_the_worker(books, auditor):
    from django_tasks_db.models import DBTaskResult

    before = DBTaskResult.objects.count()
    actions.ask_verification(by=auditor)
    assert DBTaskResult.objects.count() == before + 1
    assert actions.work_task.func() == 1
