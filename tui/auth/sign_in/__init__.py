"""The ways in which a person signs in: loopback, and what they share."""
