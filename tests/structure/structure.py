"""Reads the source tree and tells where it breaks the rules of docs/ARCHITECTURE.md.

    for violation in structure.violations(root):
        print(violation)  # lib/ringpost/smtp/reply.cc:12: smtp/ is pure: it may not include <ctime>

It looks at #include lines, at how a header opens, and at whether each source has its test.
"""

import dataclasses
import pathlib
import re

# Arrows point down: a module includes its own layer and those below, and never in a circle.
LAYERS = [
    {"base"},
    {"coro", "smtp", "sasl", "message", "crypto", "tls", "metrics"},
    {"dns", "mailauth", "io"},
    {"net", "hooks", "spool"},
    {"server", "auth", "store", "filter", "queue", "relay"},
    {"testing"},
]
LAYER_OF = {module: layer for layer, modules in enumerate(LAYERS) for module in modules}

# A third-party library stays in the folders named here.
HOMES = [
    (re.compile(r"liburing(\.h|/)|linux/io_uring\.h"), "liburing", {"io"}),
    (re.compile(r"wolfssl/"), "wolfSSL", {"crypto", "tls"}),
    (re.compile(r"openssl/"), "libcrypto", {"crypto"}),
    (re.compile(r"crypt\.h"), "libcrypt", {"crypto"}),
    (re.compile(r"ldns/"), "ldns", {"dns"}),
    (re.compile(r"curl/"), "libcurl", {"auth"}),
    (re.compile(r"nlohmann/"), "nlohmann's json", {"auth"}),
    (re.compile(r"(stringprep|idn2?|idna|punycode)\.h"), "libidn", {"sasl"}),
]

# No I/O, no clock, no threads, no coroutines, no log.
PURE_MODULES = {"smtp", "sasl", "message"}
IMPURE_HEADERS = {
    "atomic", "cerrno", "chrono", "condition_variable", "coroutine", "csignal", "cstdio", "ctime",
    "filesystem", "fstream", "future", "iostream", "mutex", "random", "ringpost/base/clock.h",
    "semaphore", "shared_mutex", "stop_token", "syncstream", "thread",
}
# Functions of text alone: no system behind them.
PURE_LIBRARY_HEADERS = {"stringprep.h"}
IMPURE_MODULES = {"coro", "metrics", "tls"}

# What a public header may show of others: the standard library, and these of abseil.
ABSEIL_IN_PUBLIC = re.compile(r"absl/(status|time)/")
FOREIGN = re.compile(r"(absl|benchmark|CLI|curl|gmock|gtest|ldns|linux|nlohmann|openssl|toml\+\+|wolfssl)/"
                     r"|crypt\.h|liburing|sqlite3|stringprep\.h|toml\.hpp|toml\.h")

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')

UNTESTED_LIST = "tests/structure/untested.txt"


@dataclasses.dataclass
class Source:
    path: pathlib.PurePosixPath  # below the root
    lines: list

    @property
    def module(self):
        """The folder below lib/ringpost, or None for what lies elsewhere."""
        parts = self.path.parts
        return parts[2] if parts[:2] == ("lib", "ringpost") and len(parts) > 3 else None

    @property
    def is_public_header(self):
        return self.module is not None and self.path.suffix == ".h" and not is_internal(self.path)

    def includes(self):
        for number, line in enumerate(self.lines, 1):
            if match := INCLUDE.match(line):
                yield number, match[1]


def violations(root):
    root = pathlib.Path(root)
    sources = read_sources(root)
    found = []
    for source in sources:
        found += include_violations(source)
        if source.path.suffix == ".h":
            found += header_violations(source)
    found += circle_violations(sources)
    found += untested_violations(root, sources)
    return found


def read_sources(root):
    paths = [path for folder in ("lib", "server", "tests", "bench", "docs")
             for suffix in (".h", ".cc")
             for path in (root / folder).rglob("*" + suffix)]
    return [Source(pathlib.PurePosixPath(path.relative_to(root)),
                   path.read_text(encoding="utf-8").splitlines()) for path in sorted(paths)]


def is_internal(path):
    return "internal" in pathlib.PurePosixPath(path).parts


def module_of_include(header):
    parts = header.split("/")
    return parts[1] if parts[0] == "ringpost" and len(parts) > 2 else None


def include_violations(source):
    found = []
    for number, header in source.includes():
        for message in include_complaints(source, header):
            found.append(f"{source.path}:{number}: {message}")
    return found


def include_complaints(source, header):
    module, included = source.module, module_of_include(header)
    if module is None:
        if source.path.parts[0] in ("server", "docs") and included and is_internal(header):
            yield f"only {included}/ itself and its tests may include {header}"
        return
    if module not in LAYER_OF:
        yield f"{module}/ has no layer; give it one in docs/ARCHITECTURE.md and structure.py"
        return
    if included:
        yield from arrow_complaints(source, module, included, header)
    for pattern, library, homes in HOMES:
        if pattern.match(header) and module not in homes:
            yield f"{library} belongs to {', '.join(sorted(homes))}/: {header}"
    if module in PURE_MODULES and is_impure(header, included):
        yield f"{module}/ is pure: it may not include <{header}>"
    if source.is_public_header:
        if is_internal(header):
            yield f"a public header includes an internal one: {header}"
        if FOREIGN.match(header) and not ABSEIL_IN_PUBLIC.match(header):
            yield f"a public header shows a foreign library: {header}"


def arrow_complaints(source, module, included, header):
    if included not in LAYER_OF:
        yield f"{included}/ has no layer; give it one in docs/ARCHITECTURE.md and structure.py"
    elif LAYER_OF[included] > LAYER_OF[module]:
        yield f"an upward arrow: {module}/ includes {header}"
    if included != module and is_internal(header):
        yield f"only {included}/ itself and its tests may include {header}"


def is_impure(header, included):
    if included:
        return included in IMPURE_MODULES or header in IMPURE_HEADERS
    is_system_header = (header.endswith(".h") and not header.startswith("absl/")
                        and header not in PURE_LIBRARY_HEADERS)
    return is_system_header or header in IMPURE_HEADERS


def header_violations(source):
    if not source.lines or not source.lines[0].startswith("// "):
        yield f"{source.path}:1: a header opens with the comment that is its contract"
    if "#pragma once" not in source.lines:
        yield f"{source.path}:1: #pragma once is missing"


def circle_violations(sources):
    """Modules of one layer may include each other, but not in a circle."""
    arrows = {}
    for source in sources:
        for _, header in source.includes():
            included = module_of_include(header)
            if source.module and included and included != source.module:
                arrows.setdefault(source.module, set()).add(included)
    for module in sorted(arrows):
        for included in sorted(arrows[module]):
            # Of a circle of two, name it once.
            if module < included and module in reachable(included, arrows):
                yield f"lib/ringpost/{module}: {module}/ and {included}/ include each other"


def reachable(start, arrows):
    seen, pending = set(), [start]
    while pending:
        for following in arrows.get(pending.pop(), ()):
            if following not in seen:
                seen.add(following)
                pending.append(following)
    return seen


def untested_violations(root, sources):
    """lib/ringpost/smtp/reply.cc has tests/smtp/reply_test.cc, or is listed with a reason."""
    excused = read_untested_list(root)
    untested = {str(source.path): mirror_of(source) for source in sources
                if source.module and source.path.suffix == ".cc"
                and not any((root / test).exists() for test in mirror_of(source))}
    for path, tests in untested.items():
        if path not in excused:
            yield f"{path}:1: has no test {tests[0]}, and no reason for that in {UNTESTED_LIST}"
    for path, (number, reason) in excused.items():
        if path not in untested:
            yield f"{UNTESTED_LIST}:{number}: {path} does not exist or is tested; take it out"
        if not reason:
            yield f"{UNTESTED_LIST}:{number}: {path} has no reason"


def mirror_of(source):
    below = source.path.relative_to(f"lib/ringpost/{source.module}")
    name = below.stem + "_test.cc"
    folder = pathlib.PurePosixPath("tests") / source.module
    return [folder / name] if below.parent == pathlib.PurePosixPath(".") else [
        folder / name, folder / below.parent / name]


def read_untested_list(root):
    path = root / UNTESTED_LIST
    excused = {}
    for number, line in enumerate(path.read_text().splitlines() if path.exists() else [], 1):
        if line.strip() and not line.startswith("#"):
            source, _, reason = line.partition(":")
            excused[source.strip()] = (number, reason.strip())
    return excused
