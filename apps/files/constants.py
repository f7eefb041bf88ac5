"""Words and bounds of the files."""

RESOURCE = "sys:file"
STORAGE = "files"
"""The storage in the setting STORAGES that holds the bytes."""

MAX_DEPTH = 32
"""Folders inside each other."""

MAX_MOVED = 10_000
"""Nodes that one copy, or one download of several, may take."""

AVATAR_PIXELS = 256
THUMBNAIL_PIXELS = 320
MAX_PIXELS = 50_000_000
"""Of a picture; a small file can hold many more, and take all memory to open. Source: Pillow's
documentation, decompression bombs."""

PART_BYTES = 8 * 1024 * 1024
MAX_PARTS = 1_000
UPLOAD_HOURS = 24
"""An upload in parts that is not completed by then is given up."""

CHUNK = 256 * 1024
