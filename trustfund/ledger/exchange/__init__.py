"""Exchange rates: what they are, the files they come in, and where each was used."""
