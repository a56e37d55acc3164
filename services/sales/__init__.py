"""Sales: from the first interest to the customer who has bought."""
