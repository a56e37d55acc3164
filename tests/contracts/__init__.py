"""What was released once stays true: kept schemas and samples of every event, and who keeps to them."""
