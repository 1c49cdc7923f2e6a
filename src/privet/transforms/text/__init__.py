"""Protection of texts where spans say that personal data stand: see `protecting`."""
