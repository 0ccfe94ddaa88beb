"""What helps against a tenant's refusal, by its error code and by the words of its vendor."""
