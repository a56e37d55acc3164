"""What all activities have, one module for each type with fields and rules of its own, and the list of types."""
