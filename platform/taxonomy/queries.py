"""Reading the category tree. It is small and changes rarely, so each process keeps it for a short while."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.core.cache import cache

from taxonomy.models import Category

KEY = "taxonomy:tree"
SECONDS = 60


@dataclass(slots=True)
class Node:
    """A category with what is below it."""

    id: UUID
    slug: str
    name: str
    path: str
    depth: int
    icon: str
    tax_category: str
    children: "list[Node]" = field(default_factory=list)

    def walk(self) -> "Iterator[Node]":
        """This node, then all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True)
class Tree:
    """The whole tree: its roots in order, and every node by id and by path."""

    roots: list[Node]
    by_id: dict[UUID, Node]
    by_path: dict[str, Node]

    def subtree_ids(self, path: str) -> list[UUID]:
        """The ids of the category at `path` and of all below it; none when there is no such category."""
        node = self.by_path.get(path)
        return [each.id for each in node.walk()] if node else []

    def breadcrumbs(self, path: str) -> list[Node]:
        """From the root down to the category at `path`; none when there is no such category."""
        parts = path.split("/")
        nodes = [self.by_path.get("/".join(parts[: n + 1])) for n in range(len(parts))]
        return [node for node in nodes if node] if nodes[-1] else []

    def find(self, words: str) -> Node | None:
        """The category that a vendor means by a path, a slug or a name, whatever the case. None when none or
        several do.
        """
        wanted = words.strip().casefold()
        if wanted in self.by_path:
            return self.by_path[wanted]
        by_slug = [node for node in self.by_id.values() if node.slug == wanted]
        named = by_slug or [node for node in self.by_id.values() if node.name.casefold() == wanted]
        return named[0] if len(named) == 1 else None


# The tree this process built last, under the mark it had then. Nobody changes a Tree.
_kept: tuple[str, Tree] | None = None


def tree() -> Tree:
    """The category tree, at most a minute old. Valkey keeps only a mark of which tree is the current one."""
    global _kept
    mark = cache.get(KEY)
    if _kept is not None and mark == _kept[0]:
        return _kept[1]
    fields = ("id", "parent_id", "slug", "name", "path", "depth", "icon", "tax_category")
    found = Tree([], {}, {})
    for id_, parent_id, *rest in Category.objects.order_by("depth", "position", "name").values_list(*fields):
        node = Node(id_, *rest)
        found.by_id[id_] = found.by_path[node.path] = node
        (found.by_id[parent_id].children if parent_id else found.roots).append(node)
    if mark is None:
        mark = uuid4().hex
        cache.set(KEY, mark, SECONDS)
    _kept = (mark, found)
    return found


def name_of(path: str) -> str:
    """A category as people call it, from the root down: "Home › Kitchen". One that is gone is called by its path."""
    return " › ".join(node.name for node in tree().breadcrumbs(path)) or path


def subtree_ids(path: str) -> list[UUID]:
    """The ids of the category at `path` and of all below it."""
    return tree().subtree_ids(path)


def forget_tree() -> None:
    """Read it anew the next time. Other processes follow when their copy is a minute old."""
    cache.delete(KEY)
