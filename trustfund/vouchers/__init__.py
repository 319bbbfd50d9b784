"""What finance posts of its own accord: journal vouchers and prepared ones, written by one person and approved by another."""
