"""How large a PNG or JPEG is, read from its head; nothing is decoded."""


def size_of(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels, or None when the bytes are neither PNG nor JPEG."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    return _jpeg_size(content) if content.startswith(b"\xff\xd8") else None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        if content[at + 1] in (0xC0, 0xC1, 0xC2):
            return int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return None
