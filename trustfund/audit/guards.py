"""What the audit tables refuse by themselves."""

from trustfund.guards import append_only, head_of, linked, no_replace

EVENT, HEAD = "audit_event", "audit_audithead"

GUARDS = [
    *append_only(EVENT),
    no_replace(EVENT, "seq", "hash"),
    *linked(EVENT, HEAD),
    *head_of(HEAD, EVENT),
]
