"""The application: settings, the service that puts the parts together, the command line."""
