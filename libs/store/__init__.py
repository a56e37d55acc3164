"""Records, their events and every other document a service keeps. The only place that imports motor.

Motor has a thread for each operation under way, and reads how many it may have when it is imported. An operation that
waits for a thread has no time limit, one that waits for a connection has: so there are twice as many as connections.
"""

import os

os.environ.setdefault("MOTOR_MAX_WORKERS", "128")
