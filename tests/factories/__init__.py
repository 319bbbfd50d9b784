"""Makers of real objects through real actions, one module per app or room."""
