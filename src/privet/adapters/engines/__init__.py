"""Query engines: what a rule in SQL is answered by."""
