"""The category tree: loaded again and again, read by path, slug and name."""

from dataclasses import dataclass, replace

import pytest
from django.core.cache import cache

from kit.errors import InvalidInput
from taxonomy import queries
from taxonomy.actions import Loaded, load_categories
from taxonomy.models import Category

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Draft:
    slug: str
    name: str
    icon: str = "box"
    tax_category: str = "standard"
    children: tuple["Draft", ...] = ()


MUGS = Draft("mugs", "Mugs & Cups")
TREE = (
    Draft(
        "kitchen", "Kitchen", children=(Draft("tableware", "Tableware", children=(MUGS,)), Draft("knives", "Knives"))
    ),
    Draft("food", "Food", tax_category="food", children=(Draft("honey", "Honey", tax_category="food"),)),
)


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()
    yield
    cache.clear()


def test_loading_twice_changes_nothing():
    assert load_categories(TREE) == Loaded(created=6, changed=0)
    ids = dict(Category.objects.values_list("slug", "id"))
    assert load_categories(TREE) == Loaded(created=0, changed=0)
    assert dict(Category.objects.values_list("slug", "id")) == ids
    assert Category.objects.get(slug="mugs").path == "kitchen/tableware/mugs"
    assert Category.objects.get(slug="honey").tax_category == "food"


def test_a_renamed_or_moved_category_keeps_its_id():
    load_categories(TREE)
    before = Category.objects.get(slug="mugs").id
    moved = (replace(TREE[0], children=(replace(MUGS, name="Cups"),)), TREE[1])
    assert load_categories(moved) == Loaded(created=0, changed=1)
    mugs = Category.objects.get(id=before)
    assert (mugs.path, mugs.name, mugs.depth) == ("kitchen/mugs", "Cups", 1)


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ((MUGS, MUGS), "stands twice"),
        ((replace(MUGS, tax_category="luxury"),), "not a tax category"),
        (
            (
                Draft(
                    "a",
                    "A",
                    children=(
                        Draft(
                            "b",
                            "B",
                            children=(
                                Draft(
                                    "c", "C", children=(Draft("d", "D", children=(Draft("e", "E", children=(MUGS,)),)),)
                                ),
                            ),
                        ),
                    ),
                ),
            ),
            "more than 5 levels",
        ),
    ],
)
def test_a_tree_that_makes_no_sense_is_refused_whole(tree, words):
    with pytest.raises(InvalidInput, match=words):
        load_categories(tree)


def test_the_tree_is_read_once_and_kept(django_assert_num_queries):
    load_categories(TREE)
    queries.forget_tree()
    with django_assert_num_queries(1):
        first = queries.tree()
        queries.tree()
    assert [root.slug for root in first.roots] == ["kitchen", "food"]
    assert [node.slug for node in first.roots[0].walk()] == ["kitchen", "tableware", "mugs", "knives"]


def test_a_category_is_found_by_path_slug_or_name():
    load_categories(TREE)
    queries.forget_tree()
    tree = queries.tree()
    mugs = tree.by_path["kitchen/tableware/mugs"]
    assert tree.find(" Mugs & CUPS ") is tree.find("mugs") is tree.find("kitchen/tableware/mugs") is mugs
    assert tree.find("spoons") is None
    assert [node.name for node in tree.breadcrumbs(mugs.path)] == ["Kitchen", "Tableware", "Mugs & Cups"]
    assert tree.breadcrumbs("kitchen/none") == []
    assert len(tree.subtree_ids("kitchen")) == 4
    assert queries.subtree_ids("nowhere") == []
