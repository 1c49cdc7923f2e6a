"""The catalog's databases: SQLite for one machine, PostgreSQL for a team."""
