"""Pages about applications, by what is done on them."""
