"""What things cost: a rule for one product's price, what is asked and answered, and the engine between them."""
