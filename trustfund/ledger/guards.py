"""What the ledger's tables refuse by themselves, on SQLite and on PostgreSQL. See docs/adr for why and trustfund/guards.py for how.

An entry is written header, lines, seal, in this order: `ledger_entry.seal_id` is a deferred foreign key, so that a header without a
seal fails at COMMIT; the seal, inserted last, checks the whole; once it is there nothing can be added to the entry.
"""

# ruff: noqa: S608 (the texts are made of names that this code declares, nothing comes from outside)

from trustfund.guards import Guard, append_only, changed, head_of, linked, no_delete, no_replace

OPEN = "('open', 'closing')"
UNDER = "WHERE entry_id = NEW.seq"
FUNDED = "SELECT reservation_id FROM ledger_allocation WHERE funding_id = NEW.seq"

CHARGED = "ledger_allocation.charged"
MOVED = "ledger_allocation.moved"
OF_ACT = "FROM ledger_allocation a WHERE a.funding_id = f.seal_id"
OPEN_THAT_DAY = f"SELECT 1 FROM ledger_period p WHERE f.date BETWEEN p.starts_on AND p.ends_on AND p.state IN {OPEN}"
WRONG_COSTS = (
    f"(f.kind = 'costs' AND (f.amount_minor <> (SELECT COALESCE(SUM(ABS(a.charged)), 0) {OF_ACT}) OR NOT EXISTS ({OPEN_THAT_DAY})))"
)
WRONG_CHARGES = f"(f.kind NOT IN ('costs', 'replace') AND EXISTS (SELECT 1 {OF_ACT} AND a.charged <> 0))"
WRONG_REPLACED = (
    f"(f.kind = 'replace' AND EXISTS (SELECT 1 {OF_ACT} GROUP BY a.account_id, a.reservation_id, a.payment_id "
    "HAVING SUM(a.reserved) <> 0 OR SUM(a.allocated) <> 0 OR SUM(a.charged) <> 0))"
)
WRONG_MOVED = (
    f"(f.kind IN ('transfer', 'takeback') AND f.amount_minor <> (SELECT ABS(COALESCE(SUM(a.moved), 0)) {OF_ACT})) OR "
    f"(f.kind NOT IN ('transfer', 'takeback', 'replace') AND EXISTS (SELECT 1 {OF_ACT} AND a.moved <> 0)) OR "
    f"(f.kind = 'replace' AND EXISTS (SELECT 1 {OF_ACT} GROUP BY a.payment_id HAVING SUM(a.moved) <> 0))"
)
OF_ENTRY = "EXISTS (SELECT 1 FROM ledger_entry WHERE seal_id = NEW.seq)"
OF_FUNDING = "EXISTS (SELECT 1 FROM ledger_funding WHERE seal_id = NEW.seq)"

SEALED_ENTRY_RULES = (
    (f"(SELECT COUNT(*) FROM ledger_line {UNDER}) < 2", "an entry has at least two lines"),
    (
        f"EXISTS (SELECT 1 FROM ledger_line {UNDER} GROUP BY window_id HAVING SUM(debit) <> SUM(credit))",
        "the debits of an entry equal its credits, in each window",
    ),
    (
        f"(SELECT COALESCE(SUM(debit) - SUM(credit), 0) FROM ledger_line {UNDER} AND account_id LIKE '9%') <> 0",
        "the memo accounts of an entry balance by themselves",
    ),
    (
        "EXISTS (SELECT 1 FROM ledger_entry e JOIN ledger_period p ON p.id = e.period_id "
        f"WHERE e.seal_id = NEW.seq AND p.state NOT IN {OPEN})",
        "the period is closed",
    ),
)

SEALED_FUNDING_RULES = (
    (f"NOT ({OF_FUNDING})", "a seal seals an entry or an act of funding"),
    ("NOT EXISTS (SELECT 1 FROM ledger_allocation WHERE funding_id = NEW.seq)", "an act of funding has allocations"),
    (
        f"EXISTS (SELECT 1 FROM ledger_allocation WHERE reservation_id IN ({FUNDED}) "
        "GROUP BY reservation_id, instalment_id HAVING SUM(reserved) < 0)",
        "a reservation is never negative",
    ),
    (
        "EXISTS (SELECT 1 FROM ledger_allocation WHERE grant_id IN (SELECT grant_id FROM ledger_allocation WHERE funding_id = NEW.seq) "
        "GROUP BY grant_id, instalment_id HAVING SUM(allocated) < 0)",
        "what an instalment gave a grant is never negative",
    ),
    (
        "EXISTS (SELECT 1 FROM ledger_funding f WHERE f.seal_id = NEW.seq "
        f"AND ({WRONG_COSTS} OR {WRONG_CHARGES} OR {WRONG_REPLACED} OR {WRONG_MOVED}))",
        "costs of a month add up in an open period, what moves between windows adds up to its act, what is replaced stays the same in sum",
    ),
)

ENTRY_RULES = (
    ("EXISTS (SELECT 1 FROM ledger_seal WHERE seq = NEW.seal_id)", "a sealed entry is complete"),
    (
        "NEW.number <> 1 AND NOT EXISTS (SELECT 1 FROM ledger_entry WHERE year_id = NEW.year_id AND number = NEW.number - 1)",
        "entries are numbered without gaps",
    ),
    (
        "NOT EXISTS (SELECT 1 FROM ledger_period WHERE id = NEW.period_id AND year_id = NEW.year_id "
        f"AND NEW.date BETWEEN starts_on AND ends_on AND state IN {OPEN})",
        "the date lies in an open period of the year",
    ),
)

LINE_RULES = (
    ("EXISTS (SELECT 1 FROM ledger_seal WHERE seq = NEW.entry_id)", "a sealed entry takes no more lines"),
    ("NOT EXISTS (SELECT 1 FROM ledger_entry WHERE seal_id = NEW.entry_id AND date = NEW.date)", "a line has its entry and its date"),
    ("NEW.id <> NEW.entry_id * 100000 + NEW.position OR NEW.position NOT BETWEEN 1 AND 99999", "a line is named by its entry and position"),
    (
        "NOT EXISTS (SELECT 1 FROM ledger_account a LEFT JOIN ledger_subaccount s ON s.id = NEW.subaccount_id "
        "WHERE a.code = NEW.account_id AND (a.subaccount_rule <> 'required' OR s.id IS NOT NULL) "
        "AND (NEW.subaccount_id IS NULL OR (' ' || a.subaccount_kinds || ' ') LIKE ('% ' || s.kind || ' %')))",
        "the account wants its own kind of subaccount",
    ),
)

LINE_INTEGERS = " OR ".join(f"typeof(NEW.{column}) <> 'integer'" for column in ("id", "debit", "credit", "original_minor", "position"))
ALLOCATION_INTEGERS = " OR ".join(f"typeof(NEW.{column}) <> 'integer'" for column in ("id", "reserved", "allocated", "position"))

ALLOCATION_RULES = (
    ("EXISTS (SELECT 1 FROM ledger_seal WHERE seq = NEW.funding_id)", "a sealed act of funding takes no more allocations"),
    (
        "NOT EXISTS (SELECT 1 FROM ledger_funding WHERE seal_id = NEW.funding_id AND date = NEW.date "
        "AND COALESCE(grant_id, 0) = COALESCE(NEW.grant_id, 0))",
        "an allocation has its act of funding, its date and its grant",
    ),
    (
        "NEW.id <> NEW.funding_id * 100000 + NEW.position OR NEW.position NOT BETWEEN 1 AND 99999",
        "an allocation is named by its act and position",
    ),
)


def _fixed(table: str, *rules: tuple[str, str]) -> Guard:
    """What an UPDATE may not change. AFTER, because on PostgreSQL a BEFORE UPDATE trigger locks the row as if its key changed, and then
    the foreign keys that another COMMIT checks wait for it: a deadlock with whoever waits for the heads.
    """
    return Guard(table, "fixed", ("UPDATE",), rules, timing="AFTER")


CERTIFIED_RULES = (
    (
        "NEW.state <> 'closed' AND EXISTS (SELECT 1 FROM ledger_certification WHERE year_id = NEW.year_id AND state = 'approved')",
        "a certified year is never reopened",
    ),
)

KEPT_RULES = (
    ("NEW.seq > (SELECT seq FROM ledger_ledgerhead WHERE id = 1)", "balances are kept up to a seal that is there"),
    (
        "NOT EXISTS (SELECT 1 FROM ledger_period WHERE ends_on = NEW.as_of AND state = 'closed')",
        "balances are kept at the end of a closed period",
    ),
    (
        "EXISTS (SELECT 1 FROM ledger_closedbalance WHERE books_id = NEW.id GROUP BY window_id HAVING SUM(debit) <> SUM(credit))",
        "kept balances balance, in each window",
    ),
)


def _kept_rows(table: str, *keys: tuple[str, ...]) -> list[Guard]:
    """Rows of kept balances: added before their header, never after it."""
    whole = ("EXISTS (SELECT 1 FROM ledger_closedbooks WHERE id = NEW.books_id)", "kept balances are complete")
    integers = "typeof(NEW.debit) <> 'integer' OR typeof(NEW.credit) <> 'integer'"
    return [
        *append_only(table),
        no_replace(table, "id", *keys),
        Guard(table, "whole", ("INSERT",), (whole,)),
        Guard(table, "integers", ("INSERT",), ((integers, "cents are whole numbers"),), only="sqlite"),
    ]


GUARDS = [
    *append_only("ledger_seal"),
    no_replace("ledger_seal", "seq", "hash"),
    Guard("ledger_seal", "whole", ("INSERT",), SEALED_ENTRY_RULES, when=OF_ENTRY, otherwise=SEALED_FUNDING_RULES, needs=MOVED),
    *linked("ledger_seal", "ledger_ledgerhead"),
    *head_of("ledger_ledgerhead", "ledger_seal"),
    *append_only("ledger_entry"),
    no_replace("ledger_entry", "seal_id", "reference", ("year_id", "number"), "reverses_id"),
    Guard("ledger_entry", "begun", ("INSERT",), ENTRY_RULES),
    *append_only("ledger_line"),
    no_replace("ledger_line", "id", ("entry_id", "position")),
    Guard("ledger_line", "belongs", ("INSERT",), LINE_RULES),
    Guard("ledger_line", "integers", ("INSERT",), ((LINE_INTEGERS, "cents are whole numbers"),), only="sqlite"),
    *append_only("ledger_funding"),
    no_replace("ledger_funding", "seal_id", "reference"),
    Guard(
        "ledger_funding",
        "begun",
        ("INSERT",),
        (("EXISTS (SELECT 1 FROM ledger_seal WHERE seq = NEW.seal_id)", "a sealed act of funding is complete"),),
    ),
    *append_only("ledger_allocation"),
    no_replace("ledger_allocation", "id", ("funding_id", "position")),
    Guard("ledger_allocation", "belongs", ("INSERT",), ALLOCATION_RULES),
    Guard("ledger_allocation", "integers", ("INSERT",), ((ALLOCATION_INTEGERS, "cents are whole numbers"),), only="sqlite"),
    Guard(
        "ledger_allocation",
        "charges",
        ("INSERT",),
        (("typeof(NEW.charged) <> 'integer'", "cents are whole numbers"),),
        only="sqlite",
        needs=CHARGED,
    ),
    Guard(
        "ledger_allocation",
        "moves",
        ("INSERT",),
        (("typeof(NEW.moved) <> 'integer'", "cents are whole numbers"),),
        only="sqlite",
        needs=MOVED,
    ),
    *append_only("ledger_rate"),
    no_replace("ledger_rate", "id", ("currency", "effective_on")),
    *append_only("ledger_fundingrule"),
    no_replace("ledger_fundingrule", "id", "effective_on"),
    *no_delete("ledger_account"),
    no_replace("ledger_account", "code"),
    _fixed(
        "ledger_account",
        ("NEW.code <> OLD.code", "an account keeps its code"),
        (
            f"({changed('type', 'currency', 'subaccount_kinds', 'subaccount_rule')}) "
            "AND EXISTS (SELECT 1 FROM ledger_line WHERE account_id = OLD.code)",
            "an account with lines keeps its type, currency and subaccounts",
        ),
    ),
    *no_delete("ledger_subaccount"),
    no_replace("ledger_subaccount", "id", "code"),
    _fixed(
        "ledger_subaccount",
        ("NEW.id <> OLD.id OR NEW.code <> OLD.code OR NEW.kind <> OLD.kind", "a subaccount keeps its code and kind"),
        (
            f"({changed('currency', 'parent_id')}) AND EXISTS (SELECT 1 FROM ledger_line WHERE subaccount_id = OLD.id)",
            "a subaccount with lines keeps its currency and parent",
        ),
    ),
    *no_delete("ledger_fundwindow"),
    no_replace("ledger_fundwindow", "code"),
    _fixed("ledger_fundwindow", ("NEW.code <> OLD.code", "a window keeps its code")),
    *no_delete("ledger_fiscalyear"),
    _fixed("ledger_fiscalyear", ("NEW.year <> OLD.year", "a year stays the year")),
    *no_delete("ledger_period"),
    no_replace("ledger_period", "id", ("year_id", "number")),
    _fixed("ledger_period", (changed("id", "year_id", "number", "starts_on", "ends_on"), "a period keeps its days")),
    Guard("ledger_period", "certified", ("UPDATE",), CERTIFIED_RULES, timing="AFTER", needs="ledger_certification"),
    *append_only("ledger_closedbooks"),
    no_replace("ledger_closedbooks", "id", ("as_of", "seq", "marks")),
    Guard("ledger_closedbooks", "kept", ("INSERT",), KEPT_RULES),
    *_kept_rows("ledger_closedmovement"),
    *_kept_rows("ledger_closedbalance", ("books_id", "account_id", "window_id", "marks")),
    *no_delete("ledger_certification"),
    no_replace("ledger_certification", "year_id"),
    Guard(
        "ledger_certification",
        "of_a_closed_year",
        ("INSERT", "UPDATE"),
        (
            (
                "EXISTS (SELECT 1 FROM ledger_period WHERE year_id = NEW.year_id AND state <> 'closed') AND NEW.state <> 'withdrawn'",
                "the statements of a year are certified when all its periods are closed",
            ),
        ),
        timing="AFTER",
    ),
    _fixed(
        "ledger_certification",
        ("OLD.state = 'approved'", "a certification that was approved is final"),
        ("NEW.year_id <> OLD.year_id", "a certification keeps its year"),
    ),
]
