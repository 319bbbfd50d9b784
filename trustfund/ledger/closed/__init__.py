"""What is closed: the balances that are kept at a closing, the year's end, and the three acts that certify a year."""
