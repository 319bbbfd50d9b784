"""What donors promise: announced, signed, booked, paid in instalments, reduced, lapsed."""
