"""What the tables and plots say, and the verdicts."""

import unittest
import xml.etree.ElementTree

import tap
from bench_run_fixture import PLAIN, empty_book, filled_book, measured
from end_to_end import cases, generators, noise, plot, plots, special, table, targets
from end_to_end.measure import Measurement

SVG = "{http://www.w3.org/2000/svg}"


class Tables(unittest.TestCase):
    def setUp(self):
        self.book = filled_book(self)

    def text(self, case_names=PLAIN, server_names=("ringpostd", "blind", "smtp-sink")):
        return table.all_tables(self.book, case_names, server_names)

    def test_have_the_median_with_its_range(self):
        self.assertIn("18.5 (11.0 to 26.0)", self.text())

    def test_have_the_ratio_of_each_round_and_its_verdict(self):
        self.assertIn("1.20 (1.10 to 1.30)", self.text())
        self.assertIn("within", self.text())

    def test_compare_each_server_with_both_yardsticks(self):
        text = " ".join(self.text().split())
        self.assertIn("| the ringpostd | 1.20; 0.375 |", text)
        self.assertIn("| the blind | 1.00; 0.306 |", text)

    def test_name_machine_versions_and_command(self):
        for expected in ("A CPU", "clang 19", "0123", "./bench/run", "the blind | 1.0"):
            self.assertIn(expected, " ".join(self.text().split()))

    def test_mark_what_the_generator_bounds(self):
        self.assertNotIn("1,000†", self.text())
        for number in range(2, 8):
            self.book.add_run("A", "blind", number, measured(10.0, is_generator_bound=True))
        self.assertIn("1,000†", self.text())

    def test_count_what_was_thrown_away(self):
        self.book.add_run("A", "blind", 2, measured(10.0, foreign="others"))
        self.assertIn("6 runs count; 1 were thrown away", self.text())

    def test_tell_who_is_left_out_and_why(self):
        self.book.content["left_out"]["Exim"] = "no apt-get here"
        self.book.add_failure("A", "blind", "550 no")
        self.assertIn("Exim: no apt-get here", self.text())
        self.assertIn("the blind in A, 1 failed: 550 no", self.text())

    def test_of_nothing_are_written_all_the_same(self):
        book = empty_book(self)
        book.content["machine"] = self.book.content["machine"]
        text = table.all_tables(book, cases.NAMES, ("ringpostd", "blind"))
        self.assertIn("not measured", text)

    def test_columns_line_up(self):
        lines = table.markdown(["a", "b"], [["x", "1,000"], ["long", "2"]]).splitlines()
        self.assertEqual(1, len({len(line) for line in lines}))
        self.assertEqual("| long |     2 |", lines[-1])

    def test_figures_keep_three_digits(self):
        self.assertEqual(["4.21", "42.1", "421", "4,210"],
                         [table.number(value) for value in (4.21, 42.1, 421, 4210)])


class Verdicts(unittest.TestCase):
    def test_of_a_ratio_above_its_bound_is_outside(self):
        book = filled_book(self)
        book.add_run("A", "ringpostd", 2, measured(13.0))
        book.add_run("A", "blind", 2, measured(10.0))
        blind, smtp_sink = targets.verdicts(book, PLAIN)
        self.assertFalse(blind.is_within)
        self.assertTrue(smtp_sink.is_within)

    def test_of_what_was_not_measured_is_not_within(self):
        found = targets.verdicts(empty_book(self), cases.NAMES)
        self.assertTrue(all(not verdict.is_within for verdict in found
                            if verdict.bound is not None))
        # What is only there to compare with misses nothing.
        self.assertEqual([("T4", True)], [(verdict.case, verdict.is_within) for verdict in found
                                          if verdict.bound is None])

    def test_of_scaling_is_capacity_and_at_least(self):
        book = empty_book(self)
        for number in range(3):
            book.add_run(cases.SCALING, special.ONE_SHARD, number, measured(20.0))
            book.add_run(cases.SCALING, special.TWO_SHARDS, number, measured(22.0))
        verdict, = targets.verdicts(book, (cases.SCALING,))
        self.assertAlmostEqual(2 * 20 / 22, verdict.ratio.median)
        self.assertTrue(verdict.is_within)

    def test_of_latency_is_p99_to_median(self):
        book = empty_book(self)
        book.add_run(cases.LATENCY, "ringpostd", 0, measured(20.0, p50_us=100, p99_us=600))
        verdict, = targets.verdicts(book, (cases.LATENCY,))
        self.assertEqual(6.0, verdict.ratio.median)
        self.assertFalse(verdict.is_within)

    def test_of_the_generators_is_how_many_more_messages_from_the_same_cpu_time(self):
        book = empty_book(self)
        for number, (own, other) in enumerate(((10.0, 14.0), (10.0, 16.0), (20.0, 40.0))):
            for name, cpu_us in ((generators.RINGPOST_LOAD, own), (generators.SMTP_SOURCE, other)):
                book.add_run(cases.GENERATORS, name, number, Measurement(
                    generators.Figures(100, 1000.0, cpu_us), None,
                    noise.Window(2.0, 3.6, 0.0, 3.6, None, 0.01)))
        verdict, = targets.verdicts(book, (cases.GENERATORS,))
        self.assertAlmostEqual(1.6, verdict.ratio.median)
        self.assertTrue(verdict.is_within)


class OverTls(unittest.TestCase):
    """ringpostd takes 200 and 250 µs, 20 and 50 of it in the clear; T1: the best rival 400."""

    def setUp(self):
        self.book = filled_book(self)
        for case, name, figures in (("T1", "ringpostd", (200.0, 250.0)),
                                    ("T1", "postfix", (900.0, 400.0)),
                                    ("T1", "chasquid", (400.0, 500.0)),
                                    ("T5", "ringpostd", (200.0, 250.0)),
                                    ("T5", "clear", (20.0, 50.0)),
                                    ("T5", "engine", (162.0, 160.0))):
            for number, cpu_us in enumerate(figures):
                self.book.add_run(case, name, number, measured(cpu_us))

    def test_rivals_are_compared_with_the_best_of_each_round(self):
        rivals, = targets.verdicts(self.book, ("T1",))
        self.assertEqual((1.8, 1.6, 2.0), (rivals.ratio.median, rivals.ratio.least,
                                           rivals.ratio.most))
        self.assertTrue(rivals.is_within)
        self.assertIn("chasquid", rivals.against)

    def test_engine_is_compared_with_what_tls_adds(self):
        engine, = targets.verdicts(self.book, ("T5",))
        self.assertAlmostEqual((0.9 + 0.8) / 2, engine.ratio.median)
        self.assertTrue(engine.is_within)

    def test_tables_have_every_contender(self):
        text = " ".join(table.all_tables(self.book, ("T1", "T5"), ("ringpostd", "postfix",
                                                                    "chasquid")).split())
        for expected in ("(T1 session, T5 session)", "| the ringpostd | 225 (200 to 250) |",
                         "| the TLS engine alone | – | 161 (160 to 162) |",
                         "| ringpostd, the same in the clear | – | 35.0 (20.0 to 50.0) |",
                         "| the ringpostd | 4,444; 1,000;", "times the best of postfix"):
            self.assertIn(expected, text)

    def test_plot_has_a_dot_for_each(self):
        drawn = plots.all_plots(self.book, ("T1",), ("ringpostd", "postfix", "chasquid"))
        picture = xml.etree.ElementTree.fromstring(drawn["case-t1.svg"])
        self.assertEqual(3, len(picture.findall(f"{SVG}circle")))


class Plots(unittest.TestCase):
    def test_are_well_formed_with_a_dot_for_each_server(self):
        drawn = plots.all_plots(filled_book(self), PLAIN, ("ringpostd", "blind", "smtp-sink"))
        picture = xml.etree.ElementTree.fromstring(drawn["case-a.svg"])
        self.assertEqual(3, len(picture.findall(f"{SVG}circle")))
        self.assertIn("targets.svg", drawn)

    def test_of_nothing_are_not_drawn(self):
        self.assertEqual({}, plots.all_plots(empty_book(self), cases.NAMES, ("ringpostd",)))

    def test_put_what_takes_more_further_right(self):
        rows = [plot.Row("a", 10, 9, 11, "10"), plot.Row("b", 1000, 900, 1100, "1000")]
        for is_logarithmic in (False, True):
            picture = xml.etree.ElementTree.fromstring(plot.dots("t", "µs", rows, is_logarithmic))
            left, right = (float(dot.get("cx")) for dot in picture.findall(f"{SVG}circle"))
            self.assertLess(left, right)
            self.assertLess(right, plot.WIDTH - plot.FIGURE_WIDTH)

    def test_escape_what_they_are_given(self):
        drawn = plot.dots("a < b & \"c\"", "µs", [plot.Row("<x>", 1, 1, 1, "&")], True)
        xml.etree.ElementTree.fromstring(drawn)


if __name__ == "__main__":
    tap.main()
