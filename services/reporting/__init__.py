"""Reporting: read models built from events alone."""
