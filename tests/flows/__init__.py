"""Stories that people live through, played against the whole suite."""
