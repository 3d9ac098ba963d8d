"""The tree keeps the rules of docs/ARCHITECTURE.md, and structure.py finds what breaks them."""

import os
import pathlib
import tempfile
import unittest

import structure
import tap

HEADER = "// Contract.\n#pragma once\n"


class Tree(unittest.TestCase):
    def test_keeps_the_rules(self):
        found = structure.violations(os.environ["RINGPOST_SOURCE_FOLDER"])
        if found:
            self.fail(f"{len(found)} violations:\n" + "\n".join(found))


class PlantedViolation(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def plant(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def plant_tested(self, path, text):
        """A source of the library, with its test."""
        module, name = pathlib.Path(path).parts[2], pathlib.Path(path).stem
        self.plant(path, text)
        self.plant(f"tests/{module}/{name}_test.cc", "")

    def expect_one(self, *words):
        found = structure.violations(self.root)
        self.assertEqual(1, len(found), found)
        for word in words:
            self.assertIn(word, found[0])

    def expect_none(self):
        self.assertEqual([], structure.violations(self.root))

    def test_clean_tree_has_none(self):
        self.plant("lib/ringpost/smtp/reply.h", HEADER + '#include <string>\n#include "ringpost/base/text.h"\n')
        self.plant_tested("lib/ringpost/smtp/reply.cc", '#include "ringpost/smtp/reply.h"\n')
        self.plant_tested("lib/ringpost/io/ring.cc", "#include <liburing.h>\n#include <errno.h>\n")
        self.plant("server/main.cc", '#include "ringpost/smtp/reply.h"\n#include <toml++/toml.h>\n')
        self.expect_none()

    def test_upward_arrow(self):
        self.plant_tested("lib/ringpost/io/shard.cc", '\n#include "ringpost/server/connection.h"\n')
        self.expect_one("lib/ringpost/io/shard.cc:2", "upward arrow", "io/", "server/connection.h")

    def test_library_includes_testing(self):
        self.plant_tested("lib/ringpost/store/maildir.cc", '#include "ringpost/testing/run_task.h"\n')
        self.expect_one("upward arrow", "testing/")

    def test_testing_may_include_everything(self):
        self.plant_tested("lib/ringpost/testing/fakes.cc", '#include "ringpost/server/connection.h"\n')
        self.expect_none()

    def test_circle_in_one_layer(self):
        self.plant_tested("lib/ringpost/net/a.cc", '#include "ringpost/hooks/h.h"\n')
        self.plant_tested("lib/ringpost/hooks/b.cc", '#include "ringpost/net/n.h"\n')
        self.expect_one("hooks/ and net/ include each other")

    def test_module_without_layer(self):
        self.plant_tested("lib/ringpost/imap/a.cc", "#include <string>\n")
        self.expect_one("imap/ has no layer")

    def test_liburing_outside_io(self):
        self.plant_tested("lib/ringpost/net/tcp.cc", "#include <liburing.h>\n")
        self.expect_one("liburing belongs to io/")

    def test_wolfssl_outside_tls(self):
        self.plant_tested("lib/ringpost/net/tcp.cc", "#include <wolfssl/ssl.h>\n")
        self.expect_one("wolfSSL belongs to crypto, tls/")

    def test_libcrypto_outside_crypto(self):
        self.plant_tested("lib/ringpost/tls/engine.cc", "#include <openssl/evp.h>\n")
        self.expect_one("libcrypto belongs to crypto/")

    def test_libcrypt_outside_crypto(self):
        self.plant_tested("lib/ringpost/auth/a.cc", "#include <crypt.h>\n")
        self.expect_one("libcrypt belongs to crypto/")

    def test_libidn_outside_sasl(self):
        self.plant_tested("lib/ringpost/message/a.cc", "#include <stringprep.h>\n")
        self.expect_one("libidn belongs to sasl/")

    def test_libidn_in_sasl_is_fine(self):
        self.plant_tested("lib/ringpost/sasl/a.cc", "#include <stringprep.h>\n")
        self.expect_none()

    def test_ldns_outside_dns(self):
        self.plant_tested("lib/ringpost/relay/mx.cc", "#include <ldns/ldns.h>\n")
        self.expect_one("ldns belongs to dns/")

    def test_system_header_in_pure_module(self):
        for header in ("sys/socket.h", "unistd.h", "errno.h", "cerrno", "ctime", "chrono", "thread",
                       "mutex", "coroutine", "netinet/in.h", "iostream"):
            with self.subTest(header):
                self.plant_tested("lib/ringpost/smtp/line.cc", f"#include <{header}>\n")
                self.expect_one("smtp/ is pure", header)

    def test_clock_in_pure_module(self):
        self.plant_tested("lib/ringpost/message/date.cc", '#include "ringpost/base/clock.h"\n')
        self.expect_one("message/ is pure", "clock.h")

    def test_coroutines_in_pure_module(self):
        self.plant_tested("lib/ringpost/smtp/line.cc", '#include "ringpost/coro/task.h"\n')
        self.expect_one("smtp/ is pure", "coro/task.h")

    def test_internal_header_in_public_header(self):
        self.plant("lib/ringpost/io/file.h", HEADER + '#include "ringpost/io/internal/ring.h"\n')
        self.expect_one("lib/ringpost/io/file.h:3", "public header includes an internal one")

    def test_internal_header_of_another_module(self):
        self.plant_tested("lib/ringpost/net/tcp.cc", '#include "ringpost/io/internal/ring.h"\n')
        self.expect_one("only io/ itself")

    def test_internal_header_in_program(self):
        self.plant("server/main.cc", '#include "ringpost/io/internal/ring.h"\n')
        self.expect_one("only io/ itself")

    def test_foreign_library_in_public_header(self):
        for header in ("toml++/toml.h", "CLI/CLI.hpp", "sqlite3.h", "absl/container/flat_hash_map.h"):
            with self.subTest(header):
                self.plant("lib/ringpost/store/maildir.h", HEADER + f"#include <{header}>\n")
                self.expect_one("public header shows a foreign library", header)

    def test_liburing_in_public_header(self):
        self.plant("lib/ringpost/io/reactor.h", HEADER + "#include <liburing.h>\n")
        self.expect_one("public header shows a foreign library")

    def test_status_and_time_in_public_header_are_fine(self):
        self.plant("lib/ringpost/store/maildir.h",
                   HEADER + '#include "absl/status/statusor.h"\n#include "absl/time/time.h"\n')
        self.expect_none()

    def test_header_without_contract(self):
        self.plant("lib/ringpost/io/file.h", "#pragma once\n")
        self.expect_one("lib/ringpost/io/file.h:1", "contract")

    def test_header_without_pragma_once(self):
        self.plant("lib/ringpost/io/file.h", "// Contract.\n")
        self.expect_one("#pragma once is missing")

    def test_source_without_test(self):
        self.plant("lib/ringpost/io/file.cc", "")
        self.expect_one("lib/ringpost/io/file.cc", "has no test tests/io/file_test.cc")

    def test_source_without_test_but_with_reason(self):
        self.plant("lib/ringpost/io/file.cc", "")
        self.plant(structure.UNTESTED_LIST, "# why\nlib/ringpost/io/file.cc: tested through the shard\n")
        self.expect_none()

    def test_listed_without_reason(self):
        self.plant("lib/ringpost/io/file.cc", "")
        self.plant(structure.UNTESTED_LIST, "lib/ringpost/io/file.cc:\n")
        self.expect_one(structure.UNTESTED_LIST + ":1", "has no reason")

    def test_listed_and_tested(self):
        self.plant_tested("lib/ringpost/io/file.cc", "")
        self.plant(structure.UNTESTED_LIST, "lib/ringpost/io/file.cc: no time\n")
        self.expect_one("take it out")


if __name__ == "__main__":
    tap.main()
