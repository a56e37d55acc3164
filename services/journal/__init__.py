"""The journal: every event of every service, once, in one order."""
