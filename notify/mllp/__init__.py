"""HL7 messages come in over MLLP: connections, frames, what is stored of a message, what is answered."""
