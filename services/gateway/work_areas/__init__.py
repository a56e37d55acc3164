"""What front ends show as navigation."""
