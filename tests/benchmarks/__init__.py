"""Speed, measured beside a bare reference in the same run. `make bench` runs it; no test depends on a time."""
