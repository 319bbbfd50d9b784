"""What two people decide about the books' frame: fund windows, and the rule by which contributions fund grants."""
