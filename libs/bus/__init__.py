"""Events between services: publishing what was committed, handling what others announced, keeping what failed."""
