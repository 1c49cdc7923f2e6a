"""What there is to find: kinds by name, and the tables that the compiled scanner reads."""
