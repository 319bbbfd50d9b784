"""Calls for proposals: what they ask, what they offer, and until when."""
