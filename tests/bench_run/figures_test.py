"""Medians, and ratios that are taken round by round."""

import unittest

import tap
from end_to_end import figures


class Spread(unittest.TestCase):
    def test_is_median_and_range(self):
        self.assertEqual(figures.Spread(3, 1, 9, 5), figures.spread([9, 1, 3, 2, 5]))

    def test_of_an_even_count_lies_between(self):
        self.assertEqual(2.5, figures.spread([1, 2, 3, 4]).median)

    def test_of_nothing_is_nothing(self):
        self.assertIsNone(figures.spread([]))


class RatioByRound(unittest.TestCase):
    def test_is_the_median_of_ratios_not_the_ratio_of_medians(self):
        # The machine was half as fast in round 1, for both.
        slow_in_the_middle = figures.ratio_by_round({0: 11, 1: 26, 2: 12}, {0: 10, 1: 20, 2: 10})
        self.assertEqual(figures.Spread(1.2, 1.1, 1.3, 3), slow_in_the_middle)

    def test_takes_rounds_that_both_have(self):
        self.assertEqual(1, figures.ratio_by_round({0: 11, 1: 26}, {1: 20, 2: 10}).count)

    def test_of_rounds_apart_is_nothing(self):
        self.assertIsNone(figures.ratio_by_round({0: 11}, {1: 10}))

    def test_leaves_out_what_cannot_be_divided_by(self):
        self.assertIsNone(figures.ratio_by_round({0: 11}, {0: 0}))


class ByRound(unittest.TestCase):
    def test_best_is_the_least_of_each_round(self):
        self.assertEqual({0: 1, 1: 5, 2: 2},
                         figures.best_by_round([{0: 3, 1: 5}, {0: 1, 2: 2}, {}]))
        self.assertEqual({}, figures.best_by_round([]))

    def test_differences_are_of_rounds_that_both_have(self):
        self.assertEqual({1: 2}, figures.difference_by_round({0: 9, 1: 5}, {1: 3, 2: 1}))


if __name__ == "__main__":
    tap.main()
