"""What a test has scripted, kept where the state is."""
