"""Files that order payments from a bank: what is ordered, the letters that banks take, pain.001. Pure."""
