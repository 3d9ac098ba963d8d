"""Reads the interval logs of HdrHistogram, as its format says, and knows nothing of Ringpost.

    log = hdr_log.read(path)
    log.intervals[0].counts  # {index of a bucket: count}
"""

import base64
import dataclasses
import re
import struct
import zlib


@dataclasses.dataclass
class Histogram:
    significant_digits: int
    lowest_discernible: int
    highest_trackable: int
    counts: dict  # index of a bucket -> count

    def highest_of(self, index):
        """The largest value that falls into a bucket."""
        unit_magnitude = (self.lowest_discernible).bit_length() - 1
        sub_bucket_count = 1 << (2 * 10 ** self.significant_digits - 1).bit_length()
        half = sub_bucket_count // 2
        bucket, sub_bucket = divmod(index, half)
        bucket, sub_bucket = (0, sub_bucket) if bucket == 0 else (bucket - 1, sub_bucket + half)
        return (sub_bucket + 1 << bucket + unit_magnitude) - 1


@dataclasses.dataclass
class Interval:
    start: float
    length: float
    largest: float
    histogram: Histogram


@dataclasses.dataclass
class Log:
    comments: list
    legend: str
    intervals: list

    def start_time(self):
        return float(next(re.search(r"\[StartTime: ([0-9.]+) \(seconds since epoch\)", comment)[1]
                          for comment in self.comments if "StartTime" in comment))


def read(path):
    log = Log([], "", [])
    with open(path, encoding="ascii") as file:
        for line in file.read().splitlines():
            if line.startswith("#"):
                log.comments.append(line)
            elif line.startswith('"'):
                log.legend = line
            else:
                start, length, largest, encoded = line.split(",")
                log.intervals.append(Interval(float(start), float(length), float(largest),
                                              decode(base64.b64decode(encoded, validate=True))))
    return log


def decode(octets):
    cookie, length = struct.unpack_from(">II", octets)
    if cookie & ~0xf0 != 0x1c849304:
        raise ValueError(f"not a compressed V2 histogram: {cookie:#x}")
    if length != len(octets) - 8:
        raise ValueError("the length is wrong")
    return decode_uncompressed(zlib.decompress(octets[8:]))


def decode_uncompressed(octets):
    cookie, length, offset, digits, lowest, highest, ratio = struct.unpack_from(">IIIIQQd", octets)
    if cookie & ~0xf0 != 0x1c849303:
        raise ValueError(f"not a V2 histogram: {cookie:#x}")
    if (length, offset, ratio) != (len(octets) - 40, 0, 1.0):
        raise ValueError("the header is wrong")
    return Histogram(digits, lowest, highest, decode_counts(octets[40:]))


def decode_counts(octets):
    counts, index, position = {}, 0, 0
    while position < len(octets):
        number, position = decode_zig_zag(octets, position)
        if number < 0:
            index -= number
        else:
            if number > 0:
                counts[index] = number
            index += 1
    return counts


def decode_zig_zag(octets, position):
    number = 0
    for place in range(9):
        octet = octets[position]
        position += 1
        if place == 8:
            number |= octet << 56
            break
        number |= (octet & 0x7f) << 7 * place
        if octet < 0x80:
            break
    return number >> 1 ^ -(number & 1), position
