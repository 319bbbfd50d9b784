"""The NGOs: who they are, whether they may be given money, and where it goes."""
