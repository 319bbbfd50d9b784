"""What the tables of this room refuse: a statement and its lines are what the bank said. Names and texts can be erased, not rewritten."""

from trustfund.guards import Guard, append_only, no_delete, no_replace

WHERE = ("id", "statement_id", "position", "bank_id")
FACTS = (*WHERE, "booked_on", "value_on", "currency", "amount_minor", "bank_reference", "end_to_end_id")
ERASABLE = ("counterparty", "text")


def _differs(column: str) -> str:
    return f"CAST(NEW.{column} AS TEXT) <> CAST(OLD.{column} AS TEXT)"


GUARDS = [
    *append_only("banking_bankstatement"),
    no_replace("banking_bankstatement", "id", ("bank_id", "number"), "previous_id"),
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
