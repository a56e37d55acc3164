"""All that is known of one customer, from all services in one answer."""
