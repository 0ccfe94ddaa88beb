"""Who comes to the doctor, and what is wrong with them."""
