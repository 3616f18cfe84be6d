"""One call: its leg, the conversation on it, what it says, and what it asks of the rest of the house."""
