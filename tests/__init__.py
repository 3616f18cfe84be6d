"""The tests, one package for each room of the house, and the telephones they use."""
