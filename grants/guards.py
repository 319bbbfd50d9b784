"""What the tables of grants refuse by themselves: what was decided of a disallowance and what an NGO paid back stay, a
payment is as it was certified, and a grant in the books keeps its fund window."""

# ruff: noqa: S608 (the texts are made of names that this code declares, nothing comes from outside)

from trustfund.guards import Guard, append_only, changed, no_delete, no_replace

DISALLOWANCE, LINE, REFUND = "grants_disallowance", "grants_disallowedline", "grants_refund"
WHAT = ("id", "report_id", "proposed_by_id", "proposed_on", "document_id", "salt")
DECISION = ("state", "decided_by_id", "decided_on")
WHOSE = ("id", "tranche_id", "grant_id", "reference", "bank_account_id", "paid_from_id")
CERTIFIED = (*WHOSE, "amount", "netted", "certified_by_id", "certified_on")
MESSAGE = "a disallowance that was decided never changes"


def _decided(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM {DISALLOWANCE} WHERE id = {row}.disallowance_id AND state <> 'proposed')"


GUARDS = [
    *no_delete(DISALLOWANCE),
    no_replace(DISALLOWANCE, "id", "entry_id", "document_id"),
    Guard(
        DISALLOWANCE,
        "fixed",
        ("UPDATE",),
        (
            (f"OLD.state <> 'proposed' AND ({changed(*WHAT, *DECISION)})", MESSAGE),
            (f"OLD.entry_id IS NOT NULL AND ({changed('entry_id')})", "a disallowance keeps its entry"),
        ),
        timing="AFTER",
    ),
    no_replace(LINE, "id", ("disallowance_id", "budget_line_id")),
    Guard(LINE, "added_to", ("INSERT",), ((_decided("NEW"), MESSAGE),)),
    Guard(LINE, "changed", ("UPDATE",), ((f"{_decided('OLD')} OR {_decided('NEW')}", MESSAGE),)),
    Guard(LINE, "taken_out", ("DELETE",), ((_decided("OLD"), MESSAGE),)),
    Guard(LINE, "no_truncate", ("TRUNCATE",), (("1 = 1", MESSAGE),), only="postgresql"),
    *append_only(REFUND),
    no_replace(REFUND, "id", "entry_id", ("closure_id", "bank_reference"), ("disallowance_id", "bank_reference")),
    *no_delete("grants_payment"),
    no_replace("grants_payment", "id", "reference", "entry_id", "return_entry_id", "order_id"),
    Guard(
        "grants_payment",
        "as_certified",
        ("UPDATE",),
        (
            (changed(*CERTIFIED), "a payment stays as it was certified"),
            (f"OLD.entry_id IS NOT NULL AND ({changed('paid_on')})", "a payment that was made keeps its day"),
        ),
        timing="AFTER",
    ),
    *no_delete("grants_paymentorder"),
    no_replace("grants_paymentorder", "id"),
    Guard(
        "grants_paymentorder",
        "as_made",
        ("UPDATE",),
        ((changed("id", "sha256", "made_by_id", "made_at"), "an order to the bank stays as it was made"),),
        timing="AFTER",
    ),
    Guard(
        "grants_grant",
        "keeps_its_window",
        ("UPDATE",),
        (
            (
                f"({changed('window_id', 'subaccount_id')}) AND EXISTS (SELECT 1 FROM ledger_line WHERE subaccount_id = OLD.subaccount_id)",
                "a grant with lines in the books keeps its fund window and its subaccount",
            ),
        ),
        timing="AFTER",
    ),
]
