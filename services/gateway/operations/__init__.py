"""What operators look at first, of all services in one answer."""
