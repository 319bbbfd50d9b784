"""What the tables of this room refuse: a word on the mapping is followed by another, never changed; an extract is what the ERP said."""

from trustfund.guards import append_only, no_delete, no_replace

GUARDS = [
    *append_only("erp_mapping"),
    no_replace("erp_mapping", "id", ("kind", "code", "effective_on")),
    *append_only("erp_extractline"),
    no_replace("erp_extractline", "id", ("extract_id", "position")),
    *no_delete("erp_extract"),
    no_replace("erp_extract", "id"),
]
