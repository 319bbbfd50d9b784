"""The closing of a grant's books: what was not accounted for is refunded, then two people close."""
