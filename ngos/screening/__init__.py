"""Sanctions screening: who was checked against which list, with what outcome."""
