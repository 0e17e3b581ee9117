"""Public pictures, where no web server or object store in front serves them."""

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

KINDS = {".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg", ".svg": "image/svg+xml"}
# Names made of their content never change what they mean.
HASHED = "pictures/"
YEAR, HOUR = 31_536_000, 3_600


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """A public file. Nothing in it runs: an SVG opened by itself has no scripts and no origin."""
    kind = KINDS.get(path[path.rfind(".") :].lower()) if "." in path else None
    try:
        if kind is None or "\0" in path or not default_storage.exists(path):
            raise Http404("There is no such picture.")
        file = default_storage.open(path)
    except (SuspiciousFileOperation, IsADirectoryError):
        raise Http404("There is no such picture.") from None
    response = FileResponse(file, content_type=kind)
    response.headers["Cache-Control"] = (
        f"public, max-age={YEAR}, immutable" if path.startswith(HASHED) else f"public, max-age={HOUR}"
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
