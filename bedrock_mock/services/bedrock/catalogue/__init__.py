"""The public catalogue of foundation models and system inference profiles, by region."""
