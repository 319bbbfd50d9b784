"""The ground: people and roles, files, letters, the audit trail, the books and their desk. It knows no grant, no NGO and no pledge."""
