"""Pages of reviews: for who scores, and for who assigns and oversees."""
