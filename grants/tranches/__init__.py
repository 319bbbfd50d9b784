"""Tranches of a grant: asked for, held behind gates, found ready, received."""
