"""Tools that judge rows by their own schemas, behind `privet.ports.checks`."""
