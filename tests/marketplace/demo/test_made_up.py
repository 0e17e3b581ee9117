"""The made-up catalogue is as big and as uneven as the real one it stands for, and always the same."""

from collections import Counter
from pathlib import Path

from marketplace.demo.made_up import BRANDS, PRODUCTS, write_catalogue
from marketplace.demo.parts import gtin_check_digit
from marketplace.demo.scripts import catalogue_script


def test_it_is_read_as_a_catalogue_of_that_size(tmp_path: Path) -> None:
    file = tmp_path / "made-up.csv"
    write_catalogue(file)
    script = catalogue_script(file)
    rows = [row for vendor in script.vendors for row in vendor.rows]
    own = [row for row in rows if not row["external_id"].startswith("x-")]
    assert (len(script.vendors), len(own), len(rows)) == (BRANDS, PRODUCTS, PRODUCTS + 50)
    assert Counter(row["category"] for row in own).most_common(1) == [("other", PRODUCTS * 3 // 4)]
    assert all(gtin_check_digit(row["gtin"][:-1]) == row["gtin"][-1] for row in own)
    assert len({row["gtin"] for row in own}) == PRODUCTS


def test_it_is_the_same_at_every_making(tmp_path: Path) -> None:
    write_catalogue(tmp_path / "one.csv")
    write_catalogue(tmp_path / "other.csv")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "other.csv").read_bytes()
