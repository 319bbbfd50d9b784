"""The donors: States, organisations and persons, and the people who act for them."""
