"""Customer service: cases."""
