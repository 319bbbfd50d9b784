"""What the tables of this room refuse by themselves: texts that are approved never change, and what was issued was issued."""

# ruff: noqa: S608 (the texts are made of names that this code declares, nothing comes from outside)

from trustfund.guards import Guard, append_only, no_delete, no_replace


def _approved(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM statements_disclosure WHERE id = {row}.disclosure_id AND state = 'approved')"


MESSAGE = "approved texts never change"

GUARDS = [
    *append_only("statements_issue"),
    no_replace("statements_issue", "id", ("sha256", "purpose")),
    *no_delete("statements_disclosure"),
    no_replace("statements_disclosure", "id", ("year", "number")),
    no_replace("statements_passage", "id", ("disclosure_id", "subject")),
    Guard("statements_disclosure", "fixed", ("UPDATE",), (("OLD.state = 'approved'", MESSAGE),)),
    Guard("statements_passage", "added_to", ("INSERT",), ((_approved("NEW"), MESSAGE),)),
    Guard("statements_passage", "changed", ("UPDATE",), ((f"{_approved('OLD')} OR {_approved('NEW')}", MESSAGE),)),
    Guard("statements_passage", "taken_out", ("DELETE",), ((_approved("OLD"), MESSAGE),)),
    Guard("statements_passage", "no_truncate", ("TRUNCATE",), (("1 = 1", MESSAGE),), only="postgresql"),
]
