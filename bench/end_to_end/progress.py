"""Says on standard error what is being measured and how long it will still take."""

import sys
import time


class Progress:
    def __init__(self, expected_seconds, out=sys.stderr, clock=time.monotonic):
        self._expected = expected_seconds
        self._planned_seconds_done = 0.0
        self._out = out
        self._clock = clock
        self._started = clock()

    def done(self, planned_seconds, text):
        """That much of the plan is behind us."""
        self._planned_seconds_done += planned_seconds
        self.say(f"{text}  [{self._left()}]")

    def say(self, text):
        print(text, file=self._out, flush=True)

    def _left(self):
        ahead = max(0.0, self._expected - self._planned_seconds_done)
        if self._planned_seconds_done > 0:
            # What was planned took longer or shorter so far, and so it will.
            ahead *= (self._clock() - self._started) / self._planned_seconds_done
        return f"{int(ahead // 60)}:{int(ahead % 60):02d} left"
