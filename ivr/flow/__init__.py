"""The flow language: loading, checking and a pure interpreter. Knows neither Twisted nor SQL."""
