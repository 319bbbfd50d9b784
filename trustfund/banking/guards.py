"""What the tables of this room refuse: a statement and its lines are what the bank said. Names and texts can be erased, not rewritten.

Ours alone is what a statement follows on, whether it was withdrawn, and which match a line is in.
"""

# ruff: noqa: S608 (the texts are made of names that this code declares, nothing comes from outside)

from trustfund.guards import Guard, no_delete, no_replace

WHERE = ("id", "statement_id", "position", "bank_id")
FACTS = (*WHERE, "booked_on", "value_on", "currency", "amount_minor", "bank_reference", "end_to_end_id")
ERASABLE = ("counterparty", "text")


def _differs(column: str) -> str:
    return f"CAST(NEW.{column} AS TEXT) <> CAST(OLD.{column} AS TEXT)"


STATEMENT = (
    *("id", "bank_id", "number", "format", "currency", "opened_on", "opening_minor", "closed_on", "closing_minor"),
    *("file_id", "imported_by_id", "imported_at"),
)
TABLE = "banking_bankstatement"
TAKEN = f"EXISTS (SELECT 1 FROM {TABLE} WHERE withdrawal_id IS NULL AND bank_id = NEW.bank_id"
FOLLOWED = f"EXISTS (SELECT 1 FROM {TABLE} WHERE previous_id = NEW.previous_id AND id <> NEW.id)"

GUARDS = [
    *no_delete(TABLE),
    Guard(
        TABLE,
        "fixed",
        ("UPDATE",),
        (
            (" OR ".join(_differs(column) for column in STATEMENT), "a statement of a bank stays what the bank said"),
            (
                "OLD.withdrawal_id IS NOT NULL AND COALESCE(NEW.withdrawal_id, 0) <> OLD.withdrawal_id",
                "a statement that was withdrawn stays withdrawn",
            ),
            (FOLLOWED, "no two statements follow on the same one"),
        ),
        needs=f"{TABLE}.withdrawal_id",
    ),
    Guard(
        TABLE,
        "no_replace",
        ("INSERT",),
        (
            (f"EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id)", f"{TABLE} has that id already"),
            (f"{TAKEN} AND number = NEW.number)", f"{TABLE} has that bank_id, number already"),
            (f"NEW.previous_id IS NULL AND {TAKEN} AND previous_id IS NULL)", f"{TABLE} has a first statement already"),
            (FOLLOWED.replace(" AND id <> NEW.id", ""), f"{TABLE} has that previous_id already"),
        ),
        only="sqlite",
        needs=f"{TABLE}.withdrawal_id",
    ),
    *no_delete("banking_bankline"),
    no_replace("banking_bankline", "id", ("statement_id", "position")),
    Guard(
        "banking_bankline",
        "fixed",
        ("UPDATE",),
        (
            (" OR ".join(_differs(column) for column in FACTS), "a line of a bank stays what the bank said"),
            *((f"NEW.{column} <> '' AND {_differs(column)}", "a text of a bank is erased, never rewritten") for column in ERASABLE),
        ),
        timing="AFTER",
    ),
]
