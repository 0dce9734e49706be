"""Marking, signing, checking and refusing: what tells a made film from a real one, and its limits."""
