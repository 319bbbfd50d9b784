"""Donors and what they give: who they are, what they promise, what came, and what they are told of it."""
