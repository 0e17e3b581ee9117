"""The gallery: every component in every state, and a page of each face. No tables, no sign-in; development only."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from ui import sample

PAGES = ("storefront", "listing", "cart", "order", "portal", "office", "finance", "plain", "print")


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component; `?face=portal` shows them as that face does."""
    face = request.GET.get("face", "storefront")
    faces = ("storefront", "portal", "office", "finance")
    context = sample.context() | {
        "gallery_face": face if face in faces else "storefront",
        "faces": faces,
        "pages": PAGES,
    }
    return render(request, "ui/gallery/components.html", context)


def gallery_face(request: HttpRequest, face: str) -> HttpResponse:
    """A page as that face would show it. Raises Http404 for a face there is not."""
    if face not in PAGES:
        raise Http404(f"no gallery page {face}")
    nav = sample.nav(face) if face in ("portal", "office", "finance") else []
    return render(request, f"ui/gallery/{face}.html", sample.context() | {"nav": nav})
