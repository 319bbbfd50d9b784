"""Due diligence: a checklist judged point by point with evidence, decided, and expiring."""
