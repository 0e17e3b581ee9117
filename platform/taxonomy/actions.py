"""Keeping the category tree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify

from kit.errors import Conflict, InvalidInput
from taxonomy.models import Category, TaxCategory
from taxonomy.queries import forget_tree

MAX_DEPTH = 5


class NoSuchCategory(InvalidInput):
    code = "no_such_category"


class CategoryExists(Conflict):
    """Another category has this slug; slugs are unique in the whole tree."""

    code = "category_exists"


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


@transaction.atomic
def add_category(
    *, name: str, parent_id: UUID | None = None, tax_category: str = TaxCategory.STANDARD, slug: str = ""
) -> Category:
    """A new category, last below its parent (at the root without one). Without a slug it is made from the name.

    Raises InvalidInput naming the field, NoSuchCategory, CategoryExists.
    """
    name, slug = _clean_name(name), slugify(slug or name)
    if not slug or len(slug) > 80:
        raise InvalidInput("Enter a slug of letters and digits, at most 80 characters.", field="slug")
    _check_tax_category(tax_category)
    parent = _locked(parent_id) if parent_id else None
    depth = parent.depth + 1 if parent else 0
    if depth >= MAX_DEPTH:
        raise InvalidInput(f"The tree has at most {MAX_DEPTH} levels.", field="parent_id")
    path = f"{parent.path}/{slug}" if parent else slug
    if len(path) > 250:
        raise InvalidInput("The path of this category would be longer than 250 characters.", field="slug")
    if Category.objects.filter(slug=slug).exists():
        raise CategoryExists(f"There is a category “{slug}” already. Choose another slug.", field="slug")
    category = Category.objects.create(
        parent=parent,
        slug=slug,
        name=name,
        path=path,
        depth=depth,
        position=Category.objects.filter(parent=parent).count(),
        tax_category=tax_category,
    )
    transaction.on_commit(forget_tree)
    return category


@transaction.atomic
def change_category(*, category_id: UUID, name: str, tax_category: str, position: int | None = None) -> Category:
    """Rename a category, tax it otherwise, or move it among its siblings (`position`: 1 is first). Its address stays.

    What is sold from now on is taxed as it says; orders keep what was frozen on their lines. Raises InvalidInput
    naming the field, NoSuchCategory.
    """
    category = _locked(category_id)
    category.name = _clean_name(name)
    _check_tax_category(tax_category)
    category.tax_category = tax_category
    category.save(update_fields=["name", "tax_category"])
    if position is not None:
        siblings = list(Category.objects.filter(parent_id=category.parent_id).order_by("position", "name"))
        siblings.remove(category)
        siblings.insert(min(max(position, 1), len(siblings) + 1) - 1, category)
        for place, sibling in enumerate(siblings):
            sibling.position = place
        Category.objects.bulk_update(siblings, ["position"])
    transaction.on_commit(forget_tree)
    return category


def _locked(category_id: UUID) -> Category:
    category = Category.objects.select_for_update(of=("self",)).filter(id=category_id).first()
    if category is None:
        raise NoSuchCategory("There is no such category.", field="parent_id")
    return category


def _clean_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= 100:
        raise InvalidInput("Enter a name of at most 100 characters.", field="name")
    return cleaned


def _check_tax_category(tax_category: str) -> None:
    if tax_category not in TaxCategory.values:
        raise InvalidInput(f"“{tax_category}” is not a tax category.", field="tax_category")


def _walk(
    nodes: Sequence[CategoryDraft], parent: str = "", depth: int = 0
) -> Iterator[tuple[int, CategoryDraft, str, int]]:
    for position, node in enumerate(nodes):
        yield position, node, parent, depth
        yield from _walk(node.children, node.slug, depth + 1)
