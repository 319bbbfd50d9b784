"""For each URL an object of the demo to ask for: where there is a choice, one whose act is possible now, of the reader's NGO or donor."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.urls import get_resolver

from donors.contributions.models import Contribution
from donors.donors.models import Contact, Donor
from donors.pledges.models import Instalment, Pledge
from grants.agreements.models import Grant
from grants.applications.models import Application
from grants.calls.models import Call
from grants.closing.models import Closure
from grants.decisions.models import Session
from grants.outcomes.models import OutcomeSheet
from grants.payments.batches.models import PaymentBatch
from grants.payments.models import Payment
from grants.reports.disallowances.models import Disallowance
from grants.reports.models import Report
from grants.reviews.models import Review
from grants.tranches.models import Tranche
from ngos.bank_accounts.models import BankAccount
from ngos.due_diligence.models import Assessment, CheckItem
from ngos.organisations.models import Membership, Organisation, OrganisationDocument
from trustfund.auditor.models import Pack, Sample, Verification
from trustfund.banking.models import BankLine, BankStatement
from trustfund.budgets.models import Budget
from trustfund.closings.models import YearEnd
from trustfund.erp.models import Extract
from trustfund.ledger.exchange.models import Rate
from trustfund.ledger.models import Entry, LedgerHead, Period, Subaccount
from trustfund.ledger.proposals.models import RuleProposal, WindowProposal
from trustfund.opening.models import Opening
from trustfund.people.models import RoleGrant, User
from trustfund.statements.models import Disclosure, Issue
from trustfund.vouchers.models import Attachment, Voucher

NGO, DONOR = "ngo@demo.example", "donor@demo.example"

OPEN = {
    "front", "healthz", "set_language", "calls:index", "calls:detail", "publishing:awarded", "people:invitation", "applications:apply",
    "applications:start",
    "account_login", "account_signup", "account_logout", "account_inactive", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key", "account_reset_password_from_key_done", "account_confirm_email", "account_confirm_login_code",
    "account_email_verification_sent", "mfa_authenticate", "mfa_login_webauthn", "account_reauthenticate", "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
}  # fmt: skip
"""Open to everybody, or part of signing in."""

OWN = OPEN | {
    "home", "people:account", "people:sessions_end", "people:second_factor", "account_email",
    "account_change_password", "account_set_password",
    "mfa_index", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_remove_webauthn", "mfa_edit_webauthn",
}  # fmt: skip
"""One's own account: everybody who signed in may change it."""


def organisation() -> Organisation:
    """The reader's NGO."""
    return Organisation.objects.get(memberships__user__email=NGO)


def donor() -> Donor:
    """The reader's donor."""
    return Donor.objects.get(contacts__user__email=DONOR)


def my_grant() -> Grant:
    """The active grant of the reader's NGO."""
    return Grant.objects.get(organisation=organisation(), state="active")


def mine(call_state: str) -> Application:
    """The application of the reader's NGO to a call in a state."""
    return Application.objects.filter(organisation=organisation(), call__state=call_state).latest("pk")


def payment(state: str) -> Callable[[], int]:
    return lambda: Payment.objects.filter(state=state).latest("pk").pk


def grant(state: str) -> Callable[[], int]:
    return lambda: Grant.objects.filter(state=state).latest("pk").pk


def call(state: str) -> Callable[[], int]:
    return lambda: Call.objects.filter(state=state).latest("pk").pk


def pk_of(queryset: Callable[[], Any]) -> Callable[[], int]:
    return lambda: queryset().latest("pk").pk


def disallowance(state: str, column: str = "pk") -> Callable[[], int]:
    """A disallowance of the demo in a state; a fund that was built before there were any has none."""
    return lambda: Disallowance.objects.filter(state=state).order_by("pk").values_list(column, flat=True).last() or 1


def voucher(state: str, **more: str) -> Callable[[], int]:
    """A voucher of the demo in a state; a fund that was built before there were any has none."""
    return lambda: Voucher.objects.filter(state=state, **more).values_list("pk", flat=True).last() or 1


def batch(state: str) -> Callable[[], int]:
    """A batch of payments of the demo in a state; a fund that was built before there were any has none."""
    return lambda: PaymentBatch.objects.filter(state=state).values_list("pk", flat=True).last() or 1


def _last(model: Any) -> int:
    """The newest row; a fund that was built before there were any has none."""
    return model.objects.values_list("pk", flat=True).order_by("pk").last() or 1


def attachment() -> int:
    """A document of a voucher that its maker may still change."""
    return Attachment.objects.filter(voucher__state="returned").values_list("pk", flat=True).last() or 1


def budget(state: str) -> Callable[[], int]:
    """A budget in a state."""
    return lambda: Budget.objects.filter(state=state).values_list("pk", flat=True).last() or 1


# Which object a room's `pk` is, unless ACTS says otherwise.
ROOMS: dict[str, Callable[[], int]] = {
    "people": lambda: User.objects.get(email=NGO).pk,
    "organisations": lambda: organisation().pk,
    "bank_accounts": pk_of(lambda: BankAccount.objects.filter(organisation=organisation())),
    "due_diligence": pk_of(lambda: Assessment.objects.filter(organisation=organisation())),
    "donors": lambda: donor().pk,
    "pledges": pk_of(lambda: Pledge.objects.filter(donor=donor())),
    "contributions": pk_of(lambda: Contribution.objects.filter(donor=donor())),
    "portal": pk_of(lambda: Contribution.objects.filter(donor=donor())),
    "calls": call("draft"),
    "applications": lambda: mine("published").pk,
    "reviews": pk_of(lambda: Review.objects.filter(reviewer__email="reviewer@demo.example", state="draft")),
    "decisions": pk_of(lambda: Session.objects.filter(state="open")),
    "agreements": lambda: my_grant().pk,
    "outcomes": pk_of(lambda: OutcomeSheet.objects.filter(grant=my_grant(), report__number=1)),
    "reports": pk_of(lambda: Report.objects.filter(grant=my_grant(), number=1)),
    "tranches": pk_of(lambda: Tranche.objects.filter(grant=my_grant(), number=2)),
    "payments": payment("certified"),
    "batches": lambda: Payment.objects.filter(batch=batch("submitted")()).values_list("pk", flat=True).last() or 1,
    "closing": pk_of(lambda: Closure.objects.all()),
    "disallowances": disallowance("proposed"),
    "ledger": pk_of(lambda: Entry.objects.all()),
    "banking": pk_of(lambda: BankStatement.objects.all()),
    "statements": pk_of(lambda: Subaccount.objects.filter(kind="grant")),
    "vouchers": voucher("returned"),
    "auditor": pk_of(lambda: Sample.objects.all()),
    "opening": lambda: Opening.objects.values_list("pk", flat=True).last() or 1,
    "erp": lambda: Extract.objects.values_list("pk", flat=True).last() or 1,
    "budgets": budget("approved"),
    "mfa_remove_webauthn": lambda: 1,
    "mfa_edit_webauthn": lambda: 1,
}

# What other arguments are.
ARGUMENTS: dict[str, Callable[[], Any]] = {
    "organisation_pk": lambda: organisation().pk,
    "call_pk": call("published"),
    "grant_pk": lambda: my_grant().pk,
    "tranche_pk": lambda: my_grant().tranches.get(number=2).pk,
    "application_pk": lambda: Application.objects.filter(call__state="deciding").latest("pk").pk,
    "document_pk": lambda: mine("published").documents.first().pk,
    "letter_pk": lambda: mine("decided").letters.first().pk,
    "conflict_pk": lambda: 1,
    "seat_pk": lambda: Session.objects.filter(state="open").latest("pk").seats.first().pk,
    "member": lambda: Membership.objects.get(user__email=NGO).pk,
    "invitation": lambda: 1,
    "number": lambda: 1,
    "position": lambda: 1,
    "version": lambda: 1,
    "token": lambda: "no-such-token",
    "key": lambda: "no-such-key",
    "uidb36": lambda: "1",
    "format": lambda: "pdf",
    "code": lambda: "1010",
    "section": lambda: "basics",
    "part": lambda: "questions",
    "name": lambda: "about",
    "bank": lambda: "BANK-USD",
    "window": lambda: "general",
    "line_pk": lambda: BankLine.objects.unmatched().filter(amount_minor__gt=0).earliest("pk").pk,
    "offer": lambda: "unidentified",
    "batch_pk": batch("submitted"),
    "act": lambda: "propose-closing",
    "year": lambda: 2025,
    "since": lambda: "2026-01-01",
    "until": lambda: "2026-12-31",
    "head": lambda: 1,
}

TEXTS = ("", "_rewrite", "_approve", "_return", "_cancel")

# Where the object must be another one than the room's.
ACTS: dict[str, dict[str, Callable[[], Any]]] = {
    "people:end_role": {"pk": lambda: RoleGrant.objects.get(user__email="finance@demo.example").pk},
    "people:withdraw": {"pk": lambda: 1},
    "organisations:document": {"pk": pk_of(lambda: OrganisationDocument.objects.filter(organisation=organisation()))},
    "bank_accounts:call": {"pk": pk_of(lambda: BankAccount.objects.filter(state="proposed"))},
    "due_diligence:judge": {"pk": pk_of(lambda: CheckItem.objects.filter(assessment__organisation=organisation()))},
    "donors:end_contact": {"pk": lambda: Contact.objects.get(user__email=DONOR).pk},
    "pledges:reduce": {"pk": pk_of(lambda: Instalment.objects.filter(pledge__donor=donor()))},
    "pledges:amendment_document": {"pk": lambda: 1},
    "contributions:identify": {"pk": pk_of(lambda: Contribution.objects.filter(donor=None))},
    "portal:statement": {"pk": lambda: donor().pk},
    "portal:download": {"pk": lambda: donor().pk},
    "ledger:costs_month": {"pk": pk_of(lambda: Period.objects.filter(state="open"))},
    "ledger:costs_allocate": {"pk": pk_of(lambda: Period.objects.filter(state="open"))},
    "closings:period": {"pk": pk_of(lambda: Period.objects.filter(state="open"))},
    "closings:decide": {"pk": pk_of(lambda: Period.objects.filter(state="open"))},
    "closings:review": {"pk": pk_of(lambda: Period.objects.filter(state="open", number__lt=13)), "key": lambda: "ageing"},
    "closings:certify": {"act": lambda: "prepare"},
    "closings:decide_year_end": {"act": lambda: "approve", "year": lambda: YearEnd.objects.latest("pk").year_id},
    "ledger:rate": {"pk": pk_of(lambda: Rate.objects.all())},
    "ledger:window_proposal": {"pk": lambda: _last(WindowProposal)},
    "ledger:decide_window": {"pk": lambda: _last(WindowProposal), "act": lambda: "adopt"},
    "ledger:rule_proposal": {"pk": lambda: _last(RuleProposal)},
    "ledger:decide_rule": {"pk": lambda: _last(RuleProposal), "act": lambda: "adopt"},
    "budgets:approve": {"pk": budget("submitted")},
    "budgets:return": {"pk": budget("submitted")},
    **{f"statements:texts{act}": {"pk": pk_of(lambda: Disclosure.objects.all())} for act in TEXTS},
    "statements:statement": {"code": lambda: "position"},
    "statements:download": {"code": lambda: "position"},
    "statements:issue": {"code": lambda: "position"},
    "statements:issued_one": {"pk": pk_of(lambda: Issue.objects.all())},
    "statements:issued_file": {"pk": pk_of(lambda: Issue.objects.all())},
    "statements:lines": {"key": lambda: "1010", "head": lambda: LedgerHead.objects.get().seq},
    "vouchers:detail": {"pk": voucher("approved")},
    "vouchers:prepare": {"name": lambda: "revaluation"},
    "vouchers:prepare_anew": {"pk": voucher("draft", kind="prepared")},
    "vouchers:approve": {"pk": voucher("submitted")},
    "vouchers:return": {"pk": voucher("submitted")},
    "vouchers:reverse": {"pk": voucher("approved")},
    "vouchers:attachment": {"pk": attachment},
    "vouchers:detach": {"pk": attachment},
    "auditor:verification": {"pk": pk_of(lambda: Verification.objects.all())},
    "auditor:pack": {"pk": pk_of(lambda: Pack.objects.all())},
    "auditor:download_pack": {"pk": pk_of(lambda: Pack.objects.all())},
    "banking:undo": {"line_pk": lambda: BankLine.objects.exclude(match=None).latest("pk").pk},
    "calls:detail": {"pk": call("published")},
    "calls:copy": {"pk": call("decided")},
    "calls:extend": {"pk": call("published")},
    "calls:close": {"pk": call("published")},
    "calls:archive": {"pk": call("decided")},
    "applications:receipt": {"pk": lambda: mine("decided").pk},
    "applications:letter": {"pk": lambda: mine("decided").pk},
    "applications:withdraw": {"pk": lambda: mine("closed").pk},
    "applications:read": {"pk": lambda: mine("decided").pk},
    "applications:screen": {"pk": lambda: Application.objects.filter(state="submitted").latest("pk").pk},
    "applications:ask": {"pk": lambda: Application.objects.filter(state="submitted").latest("pk").pk},
    "applications:answer": {"pk": lambda: Application.objects.filter(state="clarification_asked").latest("pk").pk},
    "reviews:call": {"pk": call("closed")},
    "reviews:assign_many": {"pk": call("closed")},
    "reviews:ranking": {"pk": call("deciding")},
    "reviews:assign": {"pk": lambda: Application.objects.filter(state="in_review").latest("pk").pk},
    "decisions:open": {"call_pk": call("closed")},
    "decisions:letter": {"application_pk": lambda: mine("decided").pk},
    "decisions:minutes": {"pk": pk_of(lambda: Session.objects.filter(state="closed"))},
    "agreements:approve": {"application_pk": lambda: Application.objects.filter(state="recommended").latest("pk").pk},
    "agreements:certify": {"pk": grant("approved")},
    "agreements:offer": {"pk": grant("certified")},
    "agreements:sign": {"pk": grant("offered")},
    "agreements:decline": {"pk": grant("offered")},
    "outcomes:table": {"name": lambda: "age"},
    "payments:export": {"pk": payment("certified")},
    "payments:settle": {"pk": payment("exported")},
    "payments:return": {"pk": payment("paid")},
    "payments:order": {"pk": lambda: Payment.objects.exclude(order=None).filter(state="exported").latest("pk").pk},
    "batches:file": {"batch_pk": batch("ordered")},
    "batches:refuse": {"batch_pk": batch("ordered")},
    "closing:repaid": {"pk": disallowance("approved")},
    "disallowances:document": {"pk": disallowance("approved")},
    "disallowances:propose": {"report_pk": disallowance("approved", "report_id")},
    "closing:statement": {"grant_pk": lambda: my_grant().pk},
}


@cache
def _arguments() -> dict[str, list[str]]:
    return dict(_found(get_resolver(), "", []))


def _found(resolver: Any, prefix: str, outer: list[str]) -> Any:
    """Each named URL with the names of its arguments, those of the patterns around it included."""
    for pattern in resolver.url_patterns:
        own = list(getattr(pattern.pattern, "converters", {})) or list(getattr(pattern.pattern.regex, "groupindex", {}))
        if hasattr(pattern, "url_patterns"):
            yield from _found(pattern, prefix + (f"{pattern.namespace}:" if pattern.namespace else ""), outer + own)
        elif pattern.name:
            yield prefix + pattern.name, outer + own


def has(name: str) -> bool:
    """Whether an object is named for every argument of the URL."""
    own = ACTS.get(name, {})
    room = name.split(":")[0]
    return all(argument in own or argument in ARGUMENTS or (argument == "pk" and room in ROOMS) for argument in _arguments()[name])


def kwargs_of(name: str) -> dict[str, Any]:
    """The arguments that the URL is asked with."""
    own, room = ACTS.get(name, {}), name.split(":")[0]
    return {argument: (own.get(argument) or ARGUMENTS.get(argument) or ROOMS[room])() for argument in _arguments()[name]}
