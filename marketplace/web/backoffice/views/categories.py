"""The category tree that all vendors share."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from audit.actions import traced
from kit.errors import SoukError
from marketplace.catalog.queries import listings_by_category
from marketplace.web.backoffice.forms import CategoryForm, NewCategoryForm, add_refusal
from marketplace.web.backoffice.roles import for_moderators, staff_of
from taxonomy.actions import add_category, change_category
from taxonomy.models import Category, TaxCategory
from taxonomy.queries import tree


@require_GET
@for_moderators
def categories(request: HttpRequest) -> HttpResponse:
    """The whole tree, with how many listings stand directly in each."""
    counts = listings_by_category()
    rows = [
        {"node": node, "listings": counts.get(node.id, 0), "tax": TaxCategory(node.tax_category).label}
        for root in tree().roots
        for node in root.walk()
    ]
    return render(request, "backoffice/categories.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@for_moderators
def new_category(request: HttpRequest) -> HttpResponse:
    """`?parent=` a path: below which one."""
    initial = {"parent": request.GET.get("parent", ""), "tax_category": TaxCategory.STANDARD}
    form = NewCategoryForm(request.POST) if request.method == "POST" else NewCategoryForm(initial=initial)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        parent = Category.objects.filter(path=data["parent"]).first() if data["parent"] else None
        try:
            with traced("category.added", by=staff_of(request).user_id, name=data["name"]) as told:
                made = add_category(
                    name=data["name"],
                    slug=data["slug"],
                    parent_id=parent.id if parent else None,
                    tax_category=data["tax_category"],
                )
                told |= {"subject": f"category:{made.id}", "path": made.path}
        except SoukError as refused:
            add_refusal(form, refused, parent_id="parent")
        else:
            messages.success(request, f"“{made.name}” is in the tree. Other pages show it within a minute.")
            return HttpResponseRedirect(reverse("backoffice:categories"))
    context = {"form": form, "trail": _trail("New category")}
    return render(request, "backoffice/category_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@for_moderators
def category(request: HttpRequest, category_id: UUID) -> HttpResponse:
    found = Category.objects.select_related("parent").filter(id=category_id).first()
    if found is None:
        raise Http404("There is no such category.")
    initial = {"name": found.name, "position": found.position + 1, "tax_category": found.tax_category}
    form = CategoryForm(request.POST) if request.method == "POST" else CategoryForm(initial=initial)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            with traced("category.changed", f"category:{found.id}", by=staff_of(request).user_id, **data):
                changed = change_category(category_id=found.id, **data)
        except SoukError as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, f"“{changed.name}” is changed. Other pages show it within a minute.")
            return HttpResponseRedirect(reverse("backoffice:categories"))
    children = found.children.order_by("position", "name")
    context = {"category": found, "children": list(children), "form": form, "trail": _trail(found.name)}
    return render(request, "backoffice/category.html", context, status=422 if form.errors else 200)


def _trail(here: str) -> list[dict[str, str]]:
    return [{"label": "Categories", "url": reverse("backoffice:categories")}, {"label": here}]
