"""Whether rows are what their contract says; the others are held back, with a reason."""
