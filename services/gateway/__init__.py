"""The one door: verifies tokens, limits, and routes to the service that owns the path; keeps no state."""
