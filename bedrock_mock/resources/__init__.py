"""What every resource of the service shares; it knows nothing of any one resource."""
