"""HL7 over MLLP: bytes in, messages read, answers out."""
