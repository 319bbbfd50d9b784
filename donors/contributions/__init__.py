"""Money that came from donors: entered, named, matched to what was promised, given a receipt."""
