"""Where an NGO's money goes: proposed, called back, verified by several people over some days."""
