"""Marketing: lists of people, campaigns, and what came back of them."""
