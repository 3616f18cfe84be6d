"""The console as people see it: in Debian's Chromium, over a running line."""
