"""The demonstration: made-up customers and tickets, and the whole story told on them."""
