"""Every row of the contract: what the API answers to what it may be sent."""
