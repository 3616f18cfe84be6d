"""What is said: catalogues of texts, values read aloud, voices, the audio store."""
