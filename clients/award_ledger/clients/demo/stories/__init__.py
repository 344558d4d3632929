"""The stories, in themes; each is a short function that acts, and says what must come out."""
