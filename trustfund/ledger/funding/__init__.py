"""Which contributions fund what: what each has free, what is reserved, allocated, charged, moved and replaced, and how it is read."""
