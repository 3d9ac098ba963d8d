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

FULL, RESUMED = cases.by_name("T1"), cases.by_name("T2")


def wanted(*arguments):
    return settings.parse(["--build", os.environ["RINGPOST_BUILD_FOLDER"], *arguments])


class Contenders(unittest.TestCase):
    def names(self, case, *server_names):
        given = wanted("--servers", ",".join(server_names))
        bench = measure.Bench(generator=None)
        return [contender.name for contender in secure.contenders(
            given, case, every.make(given.servers, given.build), bench, run.length)]

    def test_are_those_who_speak_tls_with_the_clear_and_the_engine_beside_ringpostd(self):
        self.assertEqual(["ringpostd", "postfix", "clear", "engine"],
                         self.names(FULL, "ringpostd", "blind", "smtp-sink", "postfix"))

    def test_are_the_servers_alone_where_nothing_is_compared(self):
        self.assertEqual(["ringpostd", "postfix"], self.names(RESUMED, "ringpostd", "postfix"))
        self.assertEqual(["postfix"], self.names(FULL, "postfix"))

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
        contenders = secure.contenders(given, FULL, every.make(given.servers, given.build),
                                       measure.Bench(generator), run.length)
        over_tls, in_the_clear = (contender.measure().figures for contender in contenders[:2])
        self.assertGreater(over_tls.messages, 0)
        self.assertEqual(0.0, over_tls.resumed_share)
        self.assertIsNone(in_the_clear.resumed_share)
        self.assertGreater(over_tls.server_cpu_us, in_the_clear.server_cpu_us)


if __name__ == "__main__":
    tap.main()
