"""Ways out of the house: how a number becomes a SIP address, and how a second leg is called."""
