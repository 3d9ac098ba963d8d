"""Who takes part in a case over TLS, and who is refused; and a short run of them with ringpostd."""

import dataclasses
import os
import pathlib
import shutil
import tempfile
import unittest

import tap
from bench_run_fixture import has_tls, measured
from end_to_end import cases, measure, run, secure, settings
from end_to_end.generator import Generator, LoadFailed
from peers import every

FULL, RESUMED, IMPLICIT = (cases.by_name(name) for name in ("T1", "T2", "T5"))


def wanted(*arguments):
    return settings.parse(["--build", os.environ["RINGPOST_BUILD_FOLDER"], *arguments])


class Contenders(unittest.TestCase):
    def names(self, case, *server_names):
        given = wanted("--servers", ",".join(server_names))
        bench = measure.Bench(generator=None)
        return [contender.name for contender in secure.contenders(
            given, case, every.make(given.servers, given.build), bench, run.length)]

    def test_are_those_who_speak_tls(self):
        self.assertEqual(["ringpostd", "postfix"],
                         self.names(FULL, "ringpostd", "blind", "smtp-sink", "postfix"))
        self.assertEqual([], self.names(IMPLICIT, "postfix"))

    def test_have_the_clear_and_the_engine_beside_ringpostd_where_these_are_compared(self):
        self.assertEqual(["ringpostd", "clear", "engine"],
                         self.names(IMPLICIT, "ringpostd", "postfix"))
        self.assertEqual(["ringpostd"], self.names(RESUMED, "ringpostd"))

    def test_must_resume_where_the_case_is_about_it(self):
        figures = measured(100.0).figures
        for share, is_enough in ((None, False), (0.1, False), (0.9, True)):
            found = dataclasses.replace(figures, resumed_share=share)
            secure.check_resumption(FULL, found)
            if is_enough:
                secure.check_resumption(RESUMED, found)
            else:
                with self.assertRaisesRegex(LoadFailed, "were resumed"):
                    secure.check_resumption(RESUMED, found)


class Live(unittest.TestCase):
    def setUp(self):
        if not shutil.which("openssl"):
            tap.missing("there is no openssl to make certificates with")
        if not has_tls():
            self.skipTest("this build has no TLS")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_sessions_of_ringpostd_are_measured_over_tls_and_in_the_clear(self):
        given = wanted("--servers", "ringpostd", "--time-scale", "0.2")
        generator = Generator(given.build / "bench/ringpost-load", measure.GENERATOR_CORE,
                              self.folder)
        bench = measure.Bench(generator)
        over_tls = {}
        for case in (FULL, IMPLICIT):
            ours, *others = secure.contenders(given, case, every.make(given.servers, given.build),
                                              bench, run.length)
            over_tls[case] = ours.measure().figures
            self.assertGreater(over_tls[case].messages, 0)
            self.assertEqual(0.0, over_tls[case].resumed_share)
        in_the_clear = others[0].measure().figures
        self.assertIsNone(in_the_clear.resumed_share)
        self.assertGreater(over_tls[IMPLICIT].server_cpu_us, in_the_clear.server_cpu_us)


if __name__ == "__main__":
    tap.main()
