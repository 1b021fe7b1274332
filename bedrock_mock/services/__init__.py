"""What is mocked, one folder for each service."""
