"""The four states of a call in a worker."""

OFFERED, DIALLING, TALKING, OVER = "offered", "dialling", "talking", "over"
