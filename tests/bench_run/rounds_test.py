"""Who runs when, what is repeated, and when somebody is given up."""

import unittest

import tap
from bench_run_fixture import empty_book, measured
from end_to_end import rounds
from end_to_end.generator import LoadFailed


class Fed:
    """A server whose runs are given; the last one goes on for ever."""

    def __init__(self, name, log, outcomes):
        self._name, self._log, self._outcomes = name, log, list(outcomes)

    def __call__(self):
        self._log.append(self._name)
        outcome = self._outcomes.pop(0) if len(self._outcomes) > 1 else self._outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


QUIET, NOISY = measured(10.0), measured(99.0, foreign="others used 50% of a core")


class Rounds(unittest.TestCase):
    def setUp(self):
        self.book = empty_book(self)
        self.log = []

    def contender(self, name, *outcomes, round_count=3, is_yardstick=False):
        return rounds.Contender(name, round_count, Fed(name, self.log, outcomes), is_yardstick)

    def run_case(self, *contenders):
        rounds.run("A", list(contenders), self.book, lambda *_: None)

    def test_turn(self):
        self.run_case(*(self.contender(name, QUIET) for name in "abc"))
        self.assertEqual("abcbcacab", "".join(self.log))

    def test_repeat_a_noisy_run_at_once(self):
        self.run_case(self.contender("a", NOISY, QUIET), self.contender("b", QUIET))
        self.assertEqual("aabbaab", "".join(self.log))
        self.assertEqual(1, len(self.book.thrown_away()))

    def test_add_a_round_with_the_yardsticks_for_who_lacks_one(self):
        self.run_case(self.contender("a", QUIET),
                      self.contender("b", NOISY, NOISY, QUIET),
                      self.contender("y", QUIET, is_yardstick=True))
        self.assertEqual({1, 2, 3}, set(self.book.accepted("A", "b")))
        self.assertEqual({0, 1, 2, 3}, set(self.book.accepted("A", "y")))
        self.assertEqual({0, 1, 2}, set(self.book.accepted("A", "a")))

    def test_end_on_a_machine_that_is_never_quiet(self):
        self.run_case(self.contender("a", NOISY))
        self.assertEqual({}, self.book.accepted("A", "a"))
        self.assertEqual((3 + rounds.FURTHER_ROUNDS) * rounds.TRIES_PER_ROUND, len(self.log))

    def test_give_up_who_fails_twice_and_go_on(self):
        self.run_case(self.contender("a", LoadFailed("550 no")), self.contender("b", QUIET))
        self.assertEqual(["550 no"] * rounds.FAILURES_MAX, self.book.failures("A", "a"))
        self.assertEqual(3, len(self.book.accepted("A", "b")))

    def test_give_who_fails_once_another_chance(self):
        self.run_case(self.contender("a", LoadFailed("timeout"), QUIET))
        self.assertEqual(3, len(self.book.accepted("A", "a")))

    def test_do_not_repeat_what_an_earlier_call_has_measured(self):
        self.run_case(self.contender("a", QUIET, round_count=2))
        self.log.clear()
        self.run_case(self.contender("a", QUIET, round_count=3))
        self.assertEqual(1, len(self.log))

    def test_count_noisy_runs_when_told_to(self):
        self.book = empty_book(self, keeps_noisy=True)
        self.run_case(self.contender("a", NOISY))
        self.assertEqual(3, len(self.log))
        self.assertEqual(3, len(self.book.noisy_but_kept()))


class Resumed(unittest.TestCase):
    def test_book_has_the_runs_and_forgets_the_failures(self):
        book = empty_book(self)
        book.add_run("A", "a", 0, QUIET)
        book.add_failure("A", "b", "timeout")
        later = type(book)(book._path, {"commit": "0123"})
        self.assertIsNone(later.resume())
        self.assertEqual([0], list(later.accepted("A", "a")))
        self.assertEqual([], later.failures("A", "b"))

    def test_book_refuses_another_commit(self):
        book = empty_book(self)
        book.save()
        later = type(book)(book._path, {"commit": "4567"})
        self.assertIn("0123", later.resume())

    def test_book_begins_anew_without_a_file(self):
        self.assertIsNotNone(empty_book(self).resume())


if __name__ == "__main__":
    tap.main()
