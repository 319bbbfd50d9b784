"""What was done, by whom and when: one append-only chain of acts. Ids and amounts only."""
