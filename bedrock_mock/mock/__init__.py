"""What a test holds in its hand: the mock, its handle, its verbs and the record of calls."""
