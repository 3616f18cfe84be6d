"""The application: settings, the service that puts the parts together, the command line."""

__version__ = "0.1.0"
