"""Lists that people keep: a name for a filter, an order and columns, for themselves, their team or everyone."""
