"""What is kept, and what gives way."""

from portal.web.kept import HEAD_BYTES, Answer, Kept

ANSWER = Answer("200 OK", [], b"x" * 1000)
SIZE = len(ANSWER.body) + HEAD_BYTES


def test_what_was_put_is_given_back():
    kept = Kept(SIZE)
    kept.put("a", ANSWER)
    assert kept.get("a") is ANSWER


def test_what_nobody_asked_for_the_longest_gives_way():
    kept = Kept(2 * SIZE)
    kept.put("a", ANSWER)
    kept.put("b", ANSWER)
    kept.get("a")
    kept.put("c", ANSWER)
    assert [name for name in "abc" if kept.get(name)] == ["a", "c"]


def test_the_same_answer_twice_takes_room_once():
    kept = Kept(2 * SIZE)
    for name in "aab":
        kept.put(name, ANSWER)
    assert [name for name in "ab" if kept.get(name)] == ["a", "b"]


def test_what_is_larger_than_all_the_room_is_not_kept():
    kept = Kept(SIZE - 1)
    kept.put("a", ANSWER)
    assert kept.get("a") is None
