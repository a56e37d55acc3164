"""The query language of lists: OData v4 options, compiled to MongoDB."""
