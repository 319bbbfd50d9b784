"""Events that finance starts and the system works out from the books: each says its form, its workings, its entry and its limits."""
