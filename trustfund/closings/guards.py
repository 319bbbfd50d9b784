"""What was said at closings stays as it was said."""

from trustfund.guards import append_only, no_delete, no_replace

GUARDS = [
    *append_only("closings_checklist"),
    no_replace("closings_checklist", "id"),
    *append_only("closings_review"),
    no_replace("closings_review", "id"),
    *append_only("closings_reopening"),
    no_replace("closings_reopening", "id"),
    *no_delete("closings_yearend"),
    no_replace("closings_yearend", "id", "entry_id"),
]
