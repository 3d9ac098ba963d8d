"""Everything that was measured, kept in results.json after each run, so that a later call can go on."""

import json
import os

FORMAT = 1


class Book:
    def __init__(self, path, heading, keeps_noisy=False):
        """`heading`: what must be the same to go on with what a file has: {"commit": ..., ...}"""
        self._path = path
        self.keeps_noisy = keeps_noisy
        self.content = {"format": FORMAT, "heading": heading, "runs": [], "failures": [],
                        "left_out": {}, "idle": {}, "latency": {}, "servers": {}, "machine": {}}

    def resume(self):
        """Takes over what is in the file. Tells why not, or None."""
        if not self._path.exists():
            return "there are no earlier results"
        try:
            earlier = json.loads(self._path.read_text())
        except ValueError:
            return "the earlier results cannot be read"
        for key in ("format", "heading"):
            if earlier.get(key) != self.content[key]:
                return f"the earlier results are of another {key}: {earlier.get(key)}"
        # What failed may have been mended.
        self.content = earlier | {"failures": [], "left_out": {}}
        return None

    def save(self):
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".draft")
        draft.write_text(json.dumps(self.content, indent=1) + "\n")
        os.replace(draft, self._path)

    def add_run(self, case, server, round_number, measurement):
        self.content["runs"].append({"case": case, "server": server, "round": round_number,
                                     "foreign": measurement.foreign, **vars(measurement.figures),
                                     "window": vars(measurement.window)})
        self.save()

    def add_failure(self, case, server, reason):
        self.content["failures"].append({"case": case, "server": server, "reason": reason})
        self.save()

    def accepted(self, case, server):
        """{round: its run}"""
        return {run["round"]: run for run in self.content["runs"]
                if run["case"] == case and run["server"] == server and self._counts(run)}

    def by_round(self, case, server, figure):
        return {number: run[figure] for number, run in self.accepted(case, server).items()}

    def thrown_away(self):
        return [run for run in self.content["runs"] if not self._counts(run)]

    def noisy_but_kept(self):
        return [run for run in self.content["runs"] if run["foreign"] and self._counts(run)]

    def failures(self, case, server):
        return [failure["reason"] for failure in self.content["failures"]
                if failure["case"] == case and failure["server"] == server]

    def _counts(self, run):
        return self.keeps_noisy or not run["foreign"]
