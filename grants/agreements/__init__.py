"""The grant itself: an award, its funds certified, its agreement signed by both sides, what of it may be published."""
