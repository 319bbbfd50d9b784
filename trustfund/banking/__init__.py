"""The banks' statements: read, checked, kept as facts, matched by a person to lines of the books; and the reconciliation."""
