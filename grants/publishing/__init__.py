"""What the public may read: the Fund, its calls and its grants, each by its own setting."""
