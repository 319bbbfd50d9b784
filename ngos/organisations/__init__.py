"""The NGOs, the people who act for them, and the papers they keep with the Fund."""
