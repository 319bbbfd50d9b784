"""The audit pack: what is in it, and how it is written so that the same books give the same bytes."""
