"""Files that share what is dear run in one process: none is forgotten, none is named that is gone."""

from pathlib import Path

from tests.support.together import APART, FIRST, LIVE, TOGETHER

ROOT = Path(__file__).resolve().parents[1]


def test_every_file_that_walks_in_the_live_market_shares_it() -> None:
    walking = {
        str(path.relative_to(ROOT))
        for folder in ("browser", "scenarios")
        for path in (ROOT / "tests" / folder).glob("test_*.py")
        if "live_market" in path.read_text()
    }
    assert walking == {file for file, group in TOGETHER.items() if group == LIVE}


def test_every_file_that_is_named_is_there() -> None:
    assert [file for file in (*TOGETHER, *APART, *FIRST) if not (ROOT / file).is_file()] == []
