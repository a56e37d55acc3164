"""Activities: what people do with customers, and the timeline of everything that happened to a record."""
