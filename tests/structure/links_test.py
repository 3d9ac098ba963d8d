"""Each link between the project's documents leads somewhere."""

import os
import pathlib
import re
import unittest

import tap

LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]+))?\)")
HEADING = re.compile(r"^#+ +(.*?) *#*$", re.MULTILINE)


class Links(unittest.TestCase):
    def test_lead_somewhere(self):
        root = pathlib.Path(os.environ["RINGPOST_SOURCE_FOLDER"])
        documents = sorted(root.glob("*.md")) + sorted(
            path for folder in ("docs", "tests", "server", "bench")
            for path in (root / folder).rglob("*.md"))
        broken = [f"{document.relative_to(root)}: {link}" for document in documents
                  for link in broken_links(document)]
        if broken:
            self.fail("links to nothing:\n" + "\n".join(broken))


def broken_links(document):
    for path, heading in LINK.findall(without_code(document.read_text())):
        target = document.parent / path if path else document
        if not target.exists():
            yield path
        elif heading and target.suffix == ".md" and heading not in anchors(target):
            yield f"{path}#{heading}"


def without_code(text):
    return re.sub(r"^```.*?^```$|`[^`\n]*`", "", text, flags=re.DOTALL | re.MULTILINE)


def anchors(document):
    """As the common hosting sites make them of headings."""
    headings = HEADING.findall(document.read_text())
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


if __name__ == "__main__":
    tap.main()
