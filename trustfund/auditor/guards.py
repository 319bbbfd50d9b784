"""What the tables of this room refuse: what was drawn stays as it was drawn, what was found stays said, and a visit is a fact."""

from trustfund.guards import append_only, no_delete, no_replace

GUARDS = [
    *append_only("auditor_visit"),
    no_replace("auditor_visit", "id"),
    *append_only("auditor_sample"),
    no_replace("auditor_sample", "id"),
    *append_only("auditor_sampleitem"),
    no_replace("auditor_sampleitem", "id", ("sample_id", "position")),
    *append_only("auditor_result"),
    no_replace("auditor_result", "id"),
    *no_delete("auditor_verification"),
    *no_delete("auditor_pack"),
]
