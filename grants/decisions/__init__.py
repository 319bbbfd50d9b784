"""The Board's session on a call: seats, ranking, recommendations, and the letter that each applicant gets."""
