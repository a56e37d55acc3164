"""People and their access: users, sign-ins, API keys, and the tokens that all services verify."""
