"""Public pictures, where no web server or object store in front serves them."""

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.views.decorators.http import require_safe

from kit.storage import HOUR, cache_control, type_of


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """A public file. Nothing in it runs: an SVG opened by itself has no scripts and no origin."""
    kind = type_of(path)
    if not kind.startswith("image/") or "\0" in path:
        raise Http404("There is no such picture.")
    try:
        elsewhere = default_storage.url(path)
        if not elsewhere.startswith("/"):
            # Links from before pictures moved to where they are now.
            return HttpResponseRedirect(elsewhere, headers={"Cache-Control": f"public, max-age={HOUR}"})
        file = default_storage.open(path)
    except (SuspiciousFileOperation, FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise Http404("There is no such picture.") from None
    response = FileResponse(file, content_type=kind)
    response.headers["Cache-Control"] = cache_control(path)
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
