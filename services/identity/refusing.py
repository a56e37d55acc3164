"""Why the service does not start."""


class RefusesToStart(RuntimeError):
    """A setting would leave the installation open; the message says which, and what to do."""
