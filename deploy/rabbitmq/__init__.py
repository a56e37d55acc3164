"""What the broker knows before a service connects: users and what they may do."""
