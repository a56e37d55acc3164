"""What a record is: fields, moves between states, refusals. Pure: no I/O, no clock, no framework."""
