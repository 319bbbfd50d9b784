"""What grants, tranches, payments, reports and closings say of the acts on them, compared with the acts on record."""

from __future__ import annotations

from grants.agreements.models import Grant
from grants.closing.models import Closure
from grants.payments.batches.models import PaymentBatch
from grants.payments.models import Payment
from grants.reports.models import Report
from grants.tranches.models import Tranche
from trustfund.chain import Finding, advised
from trustfund.ledger.facts import ACTOR, Facts, unlike


def _by(what: str, **more: str) -> dict[str, str]:
    """The columns of an act that one person did on a day: `<what>_by` and `<what>_on`."""
    return {f"{what}_by_id": ACTOR, f"{what}_on": "on", **more}


GRANT = Facts(
    Grant,
    acts={
        "approve_award": {
            "amount": "amount",
            "application_id": "application",
            "organisation_id": "organisation",
            "approved_by_id": ACTOR,
            "starts_on": "starts_on",
            "ends_on": "ends_on",
            "plan_digest": "plan",
        },
        "certify": _by("certified", subaccount_id="subaccount", reservation_id="reservation"),
        "offer": _by("offered", offer_valid_until="valid_until"),
        "sign": {"ngo_signed_by_id": ACTOR},
        "countersign": {"countersigned_by_id": ACTOR},
        **{act: {"ended_on": "on"} for act in ("decline", "lapse", "terminate")},
    },
    prefetch=("budget_lines", "planned_tranches"),
)
TRANCHE = Facts(
    Tranche,
    acts={
        "request": {"requested_by_id": ACTOR},
        "make_ready": {"accepted_by_id": ACTOR},
        "confirm_receipt": {"confirmed_by_id": ACTOR, "received_on": "on"},
    },
    void={"reopen": ("confirmed_by_id", "received_on")},
)
PAYMENT = Facts(
    Payment,
    acts={
        "certify": _by("certified", amount="amount", tranche_id="tranche", netted="netted", bank_account_id="to", paid_from_id="bank"),
        "approve": _by("approved"),
        "put_in": {"batch_id": "batch"},
        "export": _by("exported", **{"order_id": "order", "order.sha256": "sha256"}),
        "order_in_batch": _by("exported"),
        "settle": {"paid_on": "on"},
        "return_": {"returned_on": "on", "return_charges": "charges"},
        "handle_exception": {"exception_handled_by_id": ACTOR},
    },
    related=("order",),
    defer=("order__content",),
    void={"release": ("approved_by_id", "approved_on"), **dict.fromkeys(("take_out", "hold"), ("batch_id",))},
)
BATCH = Facts(
    PaymentBatch,
    acts={
        "draft": {"maker_id": ACTOR, "paid_from.code": "bank"},
        "submit": {"count": "count", "total": "total", "sha256": "sha256"},
        "approve": _by("approved", sha256="sha256"),
        "make_file": _by("ordered", order_id="order"),
    },
    void={"send_back": ("count", "total", "sha256", "approved_by_id", "approved_on"), "cancel": ("approved_by_id", "approved_on")},
    related=("paid_from",),
)
REPORT = Facts(
    Report,
    acts={
        "accept_substance": _by("substance_accepted"),
        "accept": _by("accepted", accepted_amount="amount", expenditure_digest="digest"),
    },
    prefetch=("expenditures",),
    void={"send_back": ("substance_accepted_by_id", "substance_accepted_on")},
)
CLOSURE = Facts(
    Closure,
    acts={
        "begin": {"paid": "paid", "accepted": "accepted", "released": "released", "grant_id": "grant"},
        "prepare": _by("prepared"),
        "confirm": _by("confirmed"),
    },
    void={"reopen": ("prepared_by_id", "prepared_on", "confirmed_by_id", "confirmed_on")},
)


@advised("Somebody wrote into the room's tables past the program: put the row back as the act on record left it, from a backup.")
def grants_on_record() -> list[Finding]:
    """Each grant, tranche, payment, batch, report and closing is as the last acts on it left it: state, people, days, amounts."""
    return [finding for facts in (GRANT, TRANCHE, PAYMENT, BATCH, REPORT, CLOSURE) for finding in unlike(facts)]
