"""bench/run: measures, and tells what came out. This file is its table of contents."""

import pathlib
import shlex
import signal
import sys

from peers import every, process_tree

from end_to_end import document, machine, measure, plots, run, settings, table, targets
from end_to_end.book import Book

SOURCE_FOLDER = pathlib.Path(__file__).resolve().parents[2]


def main():
    wanted = settings.parse()
    # TERM unwinds like Ctrl-C, so that every server is ended.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    process_tree.adopt_orphans()
    if measure.SERVER_CORE == measure.GENERATOR_CORE:
        print("bench/run: server and generator share this machine's only core; the figures mean "
              "little", file=sys.stderr)
    book = open_book(wanted)
    servers = make_servers(wanted, book)
    try:
        run.everything(wanted, servers, book)
    except KeyboardInterrupt:
        print("stopped; what was measured is kept, go on with --resume", file=sys.stderr)
        return 130
    return tell(wanted, book, [server.name for server in servers])


def open_book(wanted):
    about = machine.describe(SOURCE_FOLDER, wanted.build)
    book = Book(wanted.results / "results.json",
                {"commit": about["commit"], "rounds": wanted.rounds,
                 "time_scale": wanted.time_scale}, wanted.keeps_noisy)
    if wanted.is_resuming and (why_not := book.resume()):
        print(f"beginning anew: {why_not}", file=sys.stderr)
    command = shlex.join(argument for argument in sys.argv[1:] if argument != "--resume")
    about["command"] = f"./bench/run {command}".strip()
    book.content["machine"] = about
    return book


def make_servers(wanted, book):
    """Those that can be had, ready to start."""
    ready = []
    for server in every.make(wanted.servers, wanted.build):
        try:
            server.prepare()
            book.content["servers"][server.name] = {
                "title": server.title, "promise": server.promise, "version": server.version()}
            ready.append(server)
        except Exception as reason:  # Whatever it is, the others are still to be measured.
            book.content["left_out"][server.title] = str(reason)
            print(f"left out: {server.title}: {reason}", file=sys.stderr)
    return ready


def tell(wanted, book, server_names):
    tables = table.all_tables(book, wanted.cases, server_names)
    drawings = plots.all_plots(book, wanted.cases, server_names)
    (wanted.results / "tables.md").write_text(tables)
    for name, text in drawings.items():
        (wanted.results / name).write_text(text)
    print(tables)
    if wanted.writes_docs:
        document.write(SOURCE_FOLDER / "docs", tables, drawings)
    missed = [verdict for verdict in targets.verdicts(book, wanted.cases) if not verdict.is_within]
    return 1 if wanted.checks and missed else 0


if __name__ == "__main__":
    sys.exit(main())
