"""What the tables of budgets refuse by themselves: a budget that is approved never changes, and neither do its lines."""

# ruff: noqa: S608 (the texts are made of names that this code declares, nothing comes from outside)

from trustfund.guards import Guard, no_delete, no_replace


def _approved(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM budgets_budget WHERE id = {row}.budget_id AND state = 'approved')"


MESSAGE = "an approved budget never changes"

GUARDS = [
    *no_delete("budgets_budget"),
    no_replace("budgets_budget", "id"),
    no_replace("budgets_budgetline", "id", ("budget_id", "line")),
    Guard("budgets_budget", "fixed", ("UPDATE",), (("OLD.state = 'approved'", MESSAGE),)),
    Guard("budgets_budgetline", "added_to", ("INSERT",), ((_approved("NEW"), MESSAGE),)),
    Guard("budgets_budgetline", "changed", ("UPDATE",), ((f"{_approved('OLD')} OR {_approved('NEW')}", MESSAGE),)),
    Guard("budgets_budgetline", "taken_out", ("DELETE",), ((_approved("OLD"), MESSAGE),)),
    Guard("budgets_budgetline", "no_truncate", ("TRUNCATE",), (("1 = 1", MESSAGE),), only="postgresql"),
]
