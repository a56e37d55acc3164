"""Backups of whole databases, and their way back."""
