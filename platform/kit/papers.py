"""Papers that people send: told by their content, whatever they are called."""

# What such a file begins with, its media type, and the ending under which it is kept.
_BEGINNINGS = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\x89PNG", "image/png", "png"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
)


def paper_of(data: bytes) -> tuple[str, str] | None:
    """Media type and ending of a PDF, PNG or JPEG; None for anything else."""
    return next(((type_, ending) for start, type_, ending in _BEGINNINGS if data.startswith(start)), None)
