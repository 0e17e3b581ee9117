"""Keeping the category tree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db import transaction

from kit.errors import InvalidInput
from taxonomy.models import Category, TaxCategory
from taxonomy.queries import forget_tree

MAX_DEPTH = 5


class CategoryDraft(Protocol):
    """A node of the tree to be loaded, with what is below it."""

    @property
    def slug(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def icon(self) -> str: ...
    @property
    def tax_category(self) -> str: ...
    @property
    def children(self) -> "Sequence[CategoryDraft]": ...


@dataclass(frozen=True, slots=True)
class Loaded:
    created: int
    changed: int


@transaction.atomic
def load_categories(tree: Sequence[CategoryDraft]) -> Loaded:
    """Make the tree so, matching nodes by slug; what is not in it stays. Repeating it changes nothing.

    Raises InvalidInput for a slug that stands twice, an unknown tax category, or more than five levels.
    """
    # One at a time: two loads of the same tree would both insert it.
    have = {category.slug: category for category in Category.objects.select_for_update().order_by("path")}
    seen: set[str] = set()
    created = changed = 0
    for position, node, parent_slug, depth in _walk(tree):
        if node.slug in seen:
            raise InvalidInput(f"The category “{node.slug}” stands twice in the tree.", field="slug")
        if node.tax_category not in TaxCategory.values:
            raise InvalidInput(f"“{node.tax_category}” is not a tax category.", field="tax_category")
        if depth >= MAX_DEPTH:
            raise InvalidInput(f"The tree has more than {MAX_DEPTH} levels at “{node.slug}”.", field="slug")
        seen.add(node.slug)
        parent = have[parent_slug] if parent_slug else None
        wanted = {
            "name": node.name,
            "icon": node.icon,
            "tax_category": node.tax_category,
            "parent_id": parent.id if parent else None,
            "path": f"{parent.path}/{node.slug}" if parent else node.slug,
            "depth": depth,
            "position": position,
        }
        category = have.get(node.slug)
        if category is None:
            have[node.slug] = Category.objects.create(slug=node.slug, **wanted)
            created += 1
        elif any(getattr(category, field) != value for field, value in wanted.items()):
            for field, value in wanted.items():
                setattr(category, field, value)
            category.save()
            changed += 1
    transaction.on_commit(forget_tree)
    return Loaded(created, changed)


def _walk(
    nodes: Sequence[CategoryDraft], parent: str = "", depth: int = 0
) -> Iterator[tuple[int, CategoryDraft, str, int]]:
    for position, node in enumerate(nodes):
        yield position, node, parent, depth
        yield from _walk(node.children, node.slug, depth + 1)
