"""Where an unlocked root key is kept for a while."""
