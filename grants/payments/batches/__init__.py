"""Payments that go to the bank together: one file, approved byte for byte by a second person."""
