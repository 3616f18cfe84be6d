"""What a line can carry out, one file a command of a flow."""
