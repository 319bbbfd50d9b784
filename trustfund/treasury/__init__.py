"""Cash: what is there, what of it is free, what is due by month against it, and how fast the money reaches people."""
