"""Drills: what happens to requests while a service is taken away and given back."""
