"""What --hdr-log writes is what the format of HdrHistogram's interval logs says."""

import os
import pathlib
import subprocess
import tempfile
import unittest

import hdr_log
import tap

SAMPLE = pathlib.Path(os.environ["RINGPOST_BUILD_FOLDER"]) / "tests/load/report/hdr_log_sample"


class HdrLog(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "log"
            printed = subprocess.run([SAMPLE, path], check=True, capture_output=True, text=True).stdout
            cls.log = hdr_log.read(path)
        cls.expected = [{} for _ in cls.log.intervals]
        cls.highest = {}
        for line in printed.splitlines():
            interval, index, highest, count = map(int, line.split())
            cls.expected[interval][index] = count
            cls.highest[index] = highest

    def test_has_the_header(self):
        self.assertIn("#[Histogram log format version 1.3]", self.log.comments)
        self.assertEqual(self.log.start_time(), 1_795_000_000.25)
        self.assertEqual(self.log.legend, '"StartTimestamp","Interval_Length","Interval_Max",'
                                          '"Interval_Compressed_Histogram"')

    def test_has_the_intervals(self):
        self.assertEqual([0, 1, 2, 3, 4], [interval.start for interval in self.log.intervals])
        self.assertEqual({1}, {interval.length for interval in self.log.intervals})
        self.assertEqual(0, self.log.intervals[1].largest)

    def test_has_every_count(self):
        self.assertEqual(self.expected, [interval.histogram.counts for interval in self.log.intervals])
        self.assertGreater(len(self.expected[0]), 10_000)
        self.assertGreaterEqual(max(self.expected[2].values()), 1 << 40)

    def test_has_buckets_where_hdr_histogram_has_them(self):
        histogram = self.log.intervals[0].histogram
        self.assertEqual((3, 64), (histogram.significant_digits, histogram.lowest_discernible))
        for index, highest in self.highest.items():
            self.assertEqual(highest, histogram.highest_of(index))


if __name__ == "__main__":
    tap.main()
