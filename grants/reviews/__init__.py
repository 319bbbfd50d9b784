"""Reviews of applications: who scores what, conflicts of interest, marks by the rubric."""
