"""Applications: written by an NGO section by section, submitted, found eligible or not, clarified."""
