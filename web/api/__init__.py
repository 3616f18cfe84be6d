"""The API: what other systems ask of the line and tell it, under `/api/v1`. Each noun is a file; a key opens it."""
