"""The published language: events and the values in them. Depends on pydantic alone."""
