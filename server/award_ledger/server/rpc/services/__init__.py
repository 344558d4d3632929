"""One class for each service of the contract; what all calls share is in the package above."""
