"""Records, their events and every other document a service keeps. The only place that imports motor."""
