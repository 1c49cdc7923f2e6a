"""What personal data is in which column: headers and values, to one verdict a column."""
