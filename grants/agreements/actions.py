"""The acts of a grant: awarded, its money certified, offered, signed by both sides, suspended, ended, closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from grants.agreements import awards, books, document, hooks, labels, permissions, text
from grants.agreements.models import AgreementVersion, Grant, Publication, Signature, State
from grants.applications import actions as applications
from grants.applications.models import Application
from ngos.due_diligence.standing import standing_of
from trustfund import clock
from trustfund.audit.recording import record
from trustfund.files import Kind, store_bytes
from trustfund.ledger import postings, subaccounts
from trustfund.ledger.funding import allocations
from trustfund.mail import outbox
from trustfund.money import Money
from trustfund.people.models import User
from trustfund.people.roles import Role
from trustfund.workflow import advance, lock, require


@transaction.atomic
def approve_award(application: Application, *, by: Any, amount: Money, starts_on: date, at_once_reason: str = "") -> Grant:
    """Award `amount` USD on the Board's recommendation, beginning on `starts_on`; its budget is scaled to it.

    It is paid in the tranches of its call, or at once when `at_once_reason` says why: an exception that is on record.
    ValidationError by field when it is more than recommended. 409 unless the application is recommended.
    """
    if not permissions.can_approve_award(application, by):
        raise PermissionDenied
    lock(application)
    require(application.award, by=by)
    awards.check(application, amount, starts_on, application.call.tranche_pattern)
    applications.award(application, by=by)
    grant = awards.lay_out(application, amount=amount, starts_on=starts_on, by=by, at_once_reason=at_once_reason.strip())
    about = {"application": application.pk, "organisation": grant.organisation_id, "plan": grant.plan_digest}
    days = {"starts_on": str(starts_on), "ends_on": str(grant.ends_on)}
    record("grant.approve_award", of=grant, by=by, amount=str(amount), **about, **days)
    if grant.single_tranche_reason:
        record("grant.allow_single_tranche", of=grant, by=by)
    _tell_role(Role.FINANCE, "funds_to_certify", grant)
    return grant


@transaction.atomic
def certify_funds(grant: Grant, *, by: Any, on: date | None = None) -> Grant:
    """Set the whole amount aside from contributions of its fund window; refused when they don't reach, or due diligence is not cleared."""
    on = on or clock.today()
    lock(grant)
    require(grant.certify, by=by)
    _check_diligence(grant, on)
    subaccount = subaccounts.open(
        "grant",
        f"GRANT-{grant.pk:05}",
        name=f"{grant.reference} {grant.organisation.name}"[:300],
        public_label=labels.public_label(grant),
        psc_rate=grant.psc_rate,
        tag=grant.application.call.tag,
    )
    about: dict[str, Any] = {"reference": f"grant:{grant.pk}:reserved", "window": grant.window_id}
    reservation = allocations.reserve(subaccount, grant.amount, on=on, by=by, **about)
    grant = advance(grant.certify, by=by, person=by, on=on, subaccount=subaccount, reservation=reservation)
    _tell_role(Role.PROGRAMME, "grant_to_offer", grant)
    return grant


def _check_diligence(grant: Grant, on: date) -> None:
    standing = standing_of(grant.organisation, on)
    if not standing.ok:
        message = _("%(reason)s Nothing can be certified before it is cleared.")
        raise ValidationError(message, code="diligence", params={"reason": standing.reason})


@transaction.atomic
def offer(grant: Grant, *, by: Any, valid_until: date) -> Grant:
    """Offer the agreement to the NGO until a day (included): its first version is made and kept as PDF."""
    on = clock.today()
    if valid_until <= on:
        raise ValidationError({"valid_until": _("The offer must be valid beyond today.")})
    grant = advance(grant.offer, by=by, person=by, on=on, valid_until=valid_until)
    _new_version(grant, by)
    path = grant.get_absolute_url()
    people = {user.pk: user for user in [*grant.organisation.contacts(), *grant.organisation.signatories()]}
    outbox.queue("grant_offered", to=people.values(), key=f"grant-offered:{grant.pk}", path=path, grant=grant)
    return grant


def _new_version(grant: Grant, by: Any) -> AgreementVersion:
    number = (grant.versions.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    content = text.content_of(grant)
    stored = _keep(grant, document.pdf_of(content, version=number), f"v{number}", by)
    return AgreementVersion.objects.create(grant=grant, number=number, content=content, pdf=stored, hash=stored.sha256, made_by=by)


def _keep(grant: Grant, pdf: bytes, suffix: str, by: Any) -> Any:
    return store_bytes(pdf, f"agreement-{grant.reference}-{suffix}.pdf", by=by, kinds=[Kind.PDF])


@transaction.atomic
def sign(grant: Grant, *, by: Any, typed_name: str, publication: str, version: AgreementVersion) -> Grant:
    """The NGO's signatory signs the version that was read, and says how much may be published.

    ValidationError when the name is not the signatory's own, the offer's days are over or a newer version was made meanwhile.
    """
    lock(grant)
    require(grant.sign, by=by)
    if grant.offer_valid_until is None or grant.offer_valid_until < clock.today():
        raise ValidationError(_("The offer was valid until %(day)s.") % {"day": grant.offer_valid_until}, code="late")
    _sign(grant, version, Signature.Party.NGO, by, typed_name)
    grant = advance(grant.sign, by=by, person=by, publication=publication)
    subaccounts.relabel(grant.books, labels.public_label(grant))
    _tell_role(Role.MANAGER, "grant_to_countersign", grant)
    return grant


@transaction.atomic
def countersign(grant: Grant, *, by: Any, typed_name: str, version: AgreementVersion) -> Grant:
    """The fund manager signs: in force. The reservation becomes the commitment (Dr 9010 / Cr 9020); tranches and reports are laid out."""
    lock(grant)
    require(grant.countersign, by=by)
    _sign(grant, version, Signature.Party.FUND, by, typed_name)
    grant = advance(grant.countersign, by=by, person=by)
    _seal_version(grant, version, by)
    books.post(
        grant,
        postings.grant_committed(grant.books, grant.amount),
        reference=f"grant:{grant.pk}:committed",
        on=clock.today(),
        by=by,
        source="grant.countersign",
        of=grant,
    )
    hooks.tell(hooks.on_active, grant, by)
    path = grant.get_absolute_url()
    outbox.queue("grant_active", to=grant.organisation.contacts(), key=f"grant-active:{grant.pk}", path=path, grant=grant)
    return grant


def _sign(grant: Grant, version: AgreementVersion, party: str, by: Any, typed_name: str) -> None:
    current = grant.current_version
    if current is None or current.pk != version.pk:
        raise ValidationError(_("A newer version of the agreement was made. Read it before you sign."), code="version")
    if " ".join(typed_name.split()).casefold() != " ".join(by.name.split()).casefold():
        raise ValidationError({"typed_name": _("Type your name as it stands in your account: %(name)s.") % {"name": by.name}})
    Signature.objects.create(version=version, party=party, user=by, typed_name=typed_name.strip(), version_hash=version.hash)


def _seal_version(grant: Grant, version: AgreementVersion, by: Any) -> None:
    """Keep the copy that carries both signatures beside the offered one."""
    signatures = list(version.signatures.order_by("signed_at", "pk"))
    published = Publication(grant.publication).label
    pdf = document.pdf_of(version.content, version=version.number, signatures=signatures, digest=version.hash, published=published)
    version.signed_pdf = _keep(grant, pdf, f"v{version.number}-signed", by)
    version.save(update_fields=["signed_pdf"])


@transaction.atomic
def decline(grant: Grant, *, by: Any, reason: str) -> Grant:
    """The NGO does not take the offer; what was reserved is free again."""
    grant = advance(grant.decline, by=by, on=clock.today(), reason=reason)
    _release(grant, by)
    _tell_role(Role.PROGRAMME, "grant_ended", grant)
    return grant


@transaction.atomic
def lapse(grant: Grant, *, by: Any, reason: str = "") -> Grant:
    """The offer's days are over (by None, the clock), or the fund manager takes the award back; what was reserved is free again."""
    on = clock.today()
    lock(grant)
    require(grant.lapse, by=by)
    late = grant.state == State.OFFERED and grant.offer_valid_until is not None and grant.offer_valid_until < on
    if by is None and not late:
        raise ValidationError(_("The offer is still valid."), code="valid")
    grant = advance(grant.lapse, by=by, on=on, reason=reason)
    _release(grant, by)
    if grant.offered_on is not None:
        path = grant.get_absolute_url()
        outbox.queue("grant_lapsed", to=grant.organisation.contacts(), key=f"grant-lapsed:{grant.pk}", path=path, grant=grant)
    return grant


def _release(grant: Grant, by: Any) -> None:
    if grant.reservation is not None and grant.reservation.remaining:
        allocations.release(grant.reservation, by=by, on=clock.today(), reference=f"grant:{grant.pk}:released")


def lapse_offers(now: datetime) -> int:
    """The clock's tick: every offer whose last day has passed lapses; says how many did."""
    late = Grant.objects.filter(state=State.OFFERED, offer_valid_until__lt=clock.day_of(now)).order_by("pk")
    return sum(_lapsed(grant) for grant in late)


def _lapsed(grant: Grant) -> bool:
    """The NGO may have declined it in this moment, or another tick was here first."""
    try:
        lapse(grant, by=None)
    except TransitionNotAllowed:
        return False
    return True


@transaction.atomic
def suspend(grant: Grant, *, by: Any, reason: str) -> Grant:
    """Nothing is paid until it is resumed."""
    grant = advance(grant.suspend, by=by, reason=reason)
    path = grant.get_absolute_url()
    key = f"grant-suspended:{grant.pk}:{clock.now().isoformat()}"
    outbox.queue("grant_suspended", to=grant.organisation.contacts(), key=key, path=path, grant=grant)
    return grant


@transaction.atomic
def resume(grant: Grant, *, by: Any) -> Grant:
    return advance(grant.resume, by=by)


@transaction.atomic
def terminate(grant: Grant, *, by: Any, reason: str) -> Grant:
    """End the grant early: what is not paid is cancelled, a final report is owed."""
    lock(grant, *hooks.rows_of(grant))
    grant = advance(grant.terminate, by=by, on=clock.today(), reason=reason)
    hooks.tell(hooks.on_terminated, grant, by)
    path = grant.get_absolute_url()
    outbox.queue("grant_terminated", to=grant.organisation.contacts(), key=f"grant-terminated:{grant.pk}", path=path, grant=grant)
    return grant


@transaction.atomic
def restrict_publication(grant: Grant, *, by: Any, publication: str) -> Grant:
    """Publish less of the grant from now on, everywhere; ValidationError when it would be as much or more."""
    if not permissions.can_restrict_publication(grant, by):
        raise PermissionDenied
    lock(grant)
    if publication not in Publication.values or not labels.is_stricter(publication, grant.publication):
        raise ValidationError({"publication": _("What is published can only be made less.")})
    before, grant.publication = grant.publication, publication
    grant.save(update_fields=["publication"])
    if grant.subaccount is not None:
        subaccounts.relabel(grant.books, labels.public_label(grant))
    record("grant.restrict_publication", of=grant, by=by, before=before, after=publication)
    return grant


@transaction.atomic
def follow_organisation(organisation: Any, changed: Sequence[str], by: Any) -> None:
    """Told when an NGO changed its profile: donors read its name, or no longer, wherever a grant of it is named."""
    if not {"name", "public_name_ok"}.intersection(changed):
        return
    for grant in Grant.objects.filter(organisation=organisation, subaccount__isnull=False).select_related("organisation", "subaccount"):
        subaccounts.relabel(grant.books, labels.public_label(grant))


@transaction.atomic
def close_reporting(grant: Grant, *, by: Any) -> Grant:
    """The final report is accepted, or a terminated grant will get none: the room of closing is told what to make due."""
    lock(grant, *hooks.rows_of(grant))
    grant = advance(grant.close_reporting, by=by)
    hooks.tell(hooks.on_reporting_closed, grant, by)
    return grant


@transaction.atomic
def close(grant: Grant, *, by: Any) -> Grant:
    """Told by the room of closing, which has looked that nothing is open."""
    return advance(grant.close, by=by)


@transaction.atomic
def reopen(grant: Grant, *, by: Any) -> Grant:
    """Told by the room of payments when the bank sent money back: who closed the grant, or was about to, looks again."""
    lock(grant)
    if grant.state == State.CLOSED:
        grant = advance(grant.reopen, by=by)
    hooks.tell(hooks.on_reopened, grant, by)
    return grant


def default_valid_until(on: date) -> date:
    """The last day of an offer made on a day, by the fund's setting."""
    return on + timedelta(days=settings.OFFER_VALID_DAYS)


def _tell_role(role: Role, template: str, grant: Grant) -> None:
    """Tell everybody who holds a role today."""
    to = User.objects.holding(role)
    outbox.queue(template, to=to, key=f"{template}:{grant.pk}", path=grant.get_absolute_url(), grant=grant)
