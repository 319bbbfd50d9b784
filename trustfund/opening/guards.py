"""What the table of openings refuses: who brought which workbook, and who approved it, stays."""

from trustfund.guards import no_delete, no_replace

GUARDS = [*no_delete("opening_opening"), no_replace("opening_opening", "id")]
