DICTIONARIES = "dict"
"""The cache tag of everything that is read from dictionaries."""
