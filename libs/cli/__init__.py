"""The operator's command, `tandem`."""
