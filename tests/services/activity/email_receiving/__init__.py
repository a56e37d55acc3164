"""Mail that comes in over real servers. A package, so that one running service serves all of its tests."""
