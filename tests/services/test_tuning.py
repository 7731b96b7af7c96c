"""What words brought, best first: what may not be shown comes last, and what failed is not held against the words."""

from __future__ import annotations

from tuanyuan.domain.engine import Prompt
from tuanyuan.domain.ports.pixels import Finished, Made
from tuanyuan.services.tuning import Noting, Tried, ranked, summary


def tried(words="library", score=0.5, shown=True, engine="gemini", fen=28, failed=False, **facts):
    data, reason = (b"a picture", "") if shown else (None, "not_recognised")
    told = {} if failed else {"score": score, **facts}
    return Tried(engine, "one", words, 1, Prompt("词", version="v"), data, reason, fen, 1.234, told, failed)


def test_what_may_be_shown_comes_before_what_may_not_however_good():
    weak, good, hidden = tried(score=0.2), tried(score=0.9), tried(score=0.95, shown=False)
    assert ranked([hidden, weak, good]) == [good, weak, hidden]


def test_equal_ones_keep_their_order():
    first, second = tried("a"), tried("b")
    assert ranked([first, second]) == [first, second]
    assert ranked([second, first]) == [second, first]


def test_the_summary_is_by_engine_and_words_the_most_shown_first():
    told = summary(
        [
            tried("a", 0.8),
            tried("a", 0.9, shown=False),
            tried("b", 0.6),
            tried("b", shown=False, failed=True, fen=0),
            tried("a", 0.7, engine="jimeng", fen=20),
        ]
    )
    assert told == [
        {"engine": "jimeng", "words": "a", "pictures": 1, "failed": 0, "shown": 1, "score": 0.7, "cost_fen": 20},
        {"engine": "gemini", "words": "b", "pictures": 1, "failed": 1, "shown": 1, "score": 0.6, "cost_fen": 28},
        {"engine": "gemini", "words": "a", "pictures": 2, "failed": 0, "shown": 1, "score": 0.85, "cost_fen": 56},
    ]


def test_words_that_only_failed_are_last_and_divide_by_nothing():
    failed = tried("b", shown=False, failed=True, fen=0)
    assert [group["words"] for group in summary([failed, tried("a", 0.1)])] == ["a", "b"]


def test_an_entry_tells_faces_likeness_and_every_warning_once():
    people = [
        {"photo": "a", "person": 1, "box": [1, 2, 3, 4], "face_distance": 0.31, "warnings": ["old_background_left"]},
        {"photo": "b", "person": 1, "box": [1, 2, 3, 4], "face_distance": 0.36, "warnings": ["old_background_left"]},
        {"photo": "c", "person": 1, "box": None, "face_distance": None, "warnings": ["person_missing"]},
    ]
    entry = tried(score=0.4, shown=False, people=people, warnings=["stranger_in_picture"]).as_dict()
    assert entry["faces"] == {"found": 2, "expected": 3}
    assert entry["face_distances"] == [0.31, 0.36]
    assert entry["warnings"] == ["old_background_left", "person_missing", "stranger_in_picture"]
    assert (entry["shown"], entry["reason"], entry["score"]) == (False, "not_recognised", 0.4)
    assert (entry["cost_fen"], entry["seconds"], entry["version"]) == (28, 1.23, "v")


class Pixels:
    """Answers with what it was asked."""

    def examine(self, *asked):
        return ("examine", *asked)

    def fit(self, *asked):
        return ("fit", *asked)

    def preview(self, *asked):
        return ("preview", *asked)

    def prepare(self, *asked):
        return ("prepare", *asked)

    def make(self, *asked):
        return Made({}, {"asked": asked})

    def remember(self, *asked):
        return ("remember", *asked)

    def finish(self, pictures, photos, wish, remembered):
        assert (photos, wish, remembered) == ((), "wish", b"faces")
        return [Finished(None, 1, 1, "not_recognised", {"score": len(picture)}) for picture in pictures]


def test_noting_changes_nothing_and_keeps_what_was_not_shown_too():
    noting = Noting(Pixels())
    assert noting.examine(b"a", "n") == ("examine", b"a", "n")
    assert noting.fit("tryon", (), {}) == ("fit", "tryon", (), {})
    assert noting.preview(b"a", 9) == ("preview", b"a", 9)
    assert noting.prepare((("n", b"a"),), 1, 2, 3) == ("prepare", (("n", b"a"),), 1, 2, 3)
    assert noting.remember((), "reunion", {}) == ("remember", (), "reunion", {})
    assert noting.make("reunion", (), {}, print).result["asked"] == ("reunion", (), {}, print)
    assert noting.finish([b"a"], (), "wish", b"faces") == [Finished(None, 1, 1, "not_recognised", {"score": 1})]
    noting.finish([b"bb"], (), "wish", b"faces")
    assert [one.facts["score"] for one in noting.finished] == [1, 2]
