"""What runs inside the images besides the services."""
