"""Replay: invocation logs, those of the real service too, say what models answer."""
