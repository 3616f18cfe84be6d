"""JSON Schemas of the files that flows are written in, for editors."""
