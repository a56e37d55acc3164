"""A person's data, wherever a service keeps them: found, handed out, erased; docs/adr/0036 says how and why."""
