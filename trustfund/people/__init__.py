"""Who signs in and how, the staff roles and who holds them, the home page and what is reached from it."""
