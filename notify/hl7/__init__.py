"""HL7 v2 as it is written: a message is read into the facts that notices speak of, an answer is made. No rows here."""
