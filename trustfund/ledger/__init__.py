"""The books: accounts, periods, entries sealed in one chain, and what is read of them. Written by posting.post and funding alone."""
