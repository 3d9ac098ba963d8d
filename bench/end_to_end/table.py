"""The tables, in Markdown: on standard output and in docs/benchmarks.md the same."""

from end_to_end import cases, figures, generators, special, targets

GENERATOR_BOUND_MARK = "†"
NOT_MEASURED = "–"


def all_tables(book, case_names, server_names):
    throughput = [case for case in cases.THROUGHPUT if case.name in case_names]
    sections = [_machine(book)]
    if throughput:
        sections += [_cpu(book, throughput, server_names),
                     _ratios(book, throughput, server_names),
                     _rates(book, throughput, server_names)]
    secure = [case for case in cases.TLS if case.name in case_names]
    if secure:
        names = (*server_names, *cases.CONTENDER_TITLES)
        sections += [_tls_cpu(book, secure, names), _tls_rates(book, secure, names)]
    if verdicts := targets.verdicts(book, case_names):
        sections.append(_targets(verdicts))
    if cases.IDLE in case_names:
        sections.append(_idle(book, server_names))
    if cases.LATENCY in case_names:
        sections.append(_latency(book))
    if cases.SCALING in case_names:
        sections.append(_scaling(book))
    if cases.GENERATORS in case_names:
        sections.append(_generators(book))
    sections += [_versions(book, server_names), _left_out(book), _thrown_away(book)]
    return "\n\n".join(section for section in sections if section) + "\n"


def number(value):
    """Three digits that count: 4.21, 42.1, 421, 4,210."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def with_range(spread, form=number):
    if spread is None:
        return NOT_MEASURED
    return f"{form(spread.median)} ({form(spread.least)} to {form(spread.most)})"


def times(value):
    """Three digits that count: 1.20, 0.124."""
    return f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def markdown(header, rows, texts=(0,)):
    """A table whose columns line up also as plain text: those in `texts` to the left."""
    columns = range(len(header))
    widths = [max(len(str(row[i])) for row in [header, *rows]) for i in columns]

    def line(cells):
        return "| " + " | ".join(
            str(cells[i]).ljust(widths[i]) if i in texts else str(cells[i]).rjust(widths[i])
            for i in columns) + " |"

    ruler = ["-" * widths[i] if i in texts else "-" * (widths[i] - 1) + ":" for i in columns]
    return "\n".join([line(header), line(ruler), *map(line, rows)])


def title(book, server_name):
    usual = cases.CONTENDER_TITLES.get(server_name, server_name)
    return book.content["servers"].get(server_name, {}).get("title", usual)


def _machine(book):
    machine = book.content["machine"]
    return (f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB; "
            f"{machine['system']}, {machine['kernel']}, {machine['file_system']}; "
            f"{machine['compiler']}; commit {machine['commit']}, {machine['date']}; "
            f"`{machine['command']}`")


def _cpu(book, throughput, server_names):
    rows = []
    for name in server_names:
        spreads = [figures.spread(book.by_round(case.name, name, "server_cpu_us").values())
                   for case in throughput]
        if any(spreads):
            rows.append([title(book, name), *map(with_range, spreads),
                         book.content["servers"][name]["promise"]])
    return ("### Server CPU, µs for each message: median (range)\n\n"
            + markdown(["server", *(case.name for case in throughput), "250 means"], rows,
                       texts=(0, len(throughput) + 1)))


def _ratios(book, throughput, server_names):
    rows = []
    for name in server_names:
        cells = [_ratio(book, case.name, name) for case in throughput]
        if any(cell != NOT_MEASURED for cell in cells):
            rows.append([title(book, name), *cells])
    return ("### The same, times the blind sink; times smtp-sink: medians of the ratios of each "
            "round\n\n" + markdown(["server", *(case.name for case in throughput)], rows))


def _ratio(book, case_name, server_name):
    ratios = [targets.cpu_ratio(book, case_name, yardstick, server_name)
              for yardstick in (targets.BLIND, targets.SMTP_SINK)]
    if not any(ratios):
        return NOT_MEASURED
    return "; ".join(_short(ratio.median) if ratio else NOT_MEASURED for ratio in ratios)


def _short(ratio):
    return number(ratio) if ratio >= 10 else times(ratio)


def _rates(book, throughput, server_names):
    rows = []
    for name in server_names:
        cells = [_rate(book.accepted(case.name, name).values()) for case in throughput]
        if any(cell != NOT_MEASURED for cell in cells):
            rows.append([title(book, name), *cells])
    return ("### Messages per second from one core; p50 and p99 latency in ms\n\n"
            + markdown(["server", *(case.name for case in throughput)], rows)
            + f"\n\n{GENERATOR_BOUND_MARK} the generator was the limit: above 90 % of its core. "
            "The server could take more.")


def _rate(runs):
    runs = list(runs)
    if not runs:
        return NOT_MEASURED
    rate, p50, p99 = (figures.spread(run[figure] for run in runs).median
                      for figure in ("messages_per_second", "p50_us", "p99_us"))
    bound_runs = sum(run["is_generator_bound"] for run in runs)
    mark = GENERATOR_BOUND_MARK if 2 * bound_runs > len(runs) else ""
    return f"{number(rate)}{mark}; {number(p50 / 1000)}, {number(p99 / 1000)}"


def _tls_cpu(book, secure, names):
    rows = []
    for name in names:
        spreads = [figures.spread(book.by_round(case.name, name, "server_cpu_us").values())
                   for case in secure]
        if any(spreads):
            rows.append([title(book, name), *map(with_range, spreads)])
    units = ", ".join(f"{case.name} {case.unit}" for case in secure)
    return (f"### TLS: server CPU, µs for each ({units}): median (range)\n\n"
            + markdown(["server", *(case.name for case in secure)], rows))


def _tls_rates(book, secure, names):
    rows = []
    for name in names:
        cells = [_tls_rate(book.accepted(case.name, name).values()) for case in secure]
        if any(cell != NOT_MEASURED for cell in cells):
            rows.append([title(book, name), *cells])
    return ("### TLS: per second, what one core has time for (1 s / CPU of each); as it was "
            "measured; p50 and p99 in ms\n\n"
            + markdown(["server", *(case.name for case in secure)], rows))


def _tls_rate(runs):
    runs = list(runs)
    measured = _rate(runs)
    if measured == NOT_MEASURED:
        return NOT_MEASURED
    cpu = figures.spread(run["server_cpu_us"] for run in runs).median
    return f"{number(1e6 / cpu)}; {measured}"


def _targets(verdicts):
    rows = [[verdict.case, f"times {verdict.against}", with_range(verdict.ratio, times),
             "" if verdict.bound is None else
             f"at {'most' if verdict.is_upper_bound else 'least'} {verdict.bound:.2f}",
             "not measured" if verdict.ratio is None else "" if verdict.bound is None else
             "within" if verdict.is_within else "**outside**"] for verdict in verdicts]
    return ("### ringpostd (discard, one shard) against its targets: median of the ratios of each "
            "round (range)\n\n" + markdown(["case", "ratio", "measured", "target", ""], rows,
                                              texts=(0, 1, 3, 4)))


def _idle(book, server_names):
    idle = book.content["idle"]
    rows = [[title(book, name), number(idle[name]["bytes_per_connection"]),
             f"{idle[name]['connections']:,}"] for name in server_names if name in idle]
    return ("### User memory of an idle connection that has said EHLO\n\n"
            + markdown(["server", "octets", "connections"], rows))


def _latency(book):
    told = book.content["latency"]
    runs = list(book.accepted(cases.LATENCY, "ringpostd").values())
    if not runs:
        return "### Latency\n\nnot measured"
    p50, p99 = (figures.spread(run[name] / 1000 for run in runs) for name in ("p50_us", "p99_us"))
    rows = [["knee: the highest rate with a p99 below " + cases.KNEE_P99,
             f"{number(told['knee_per_second'])} messages/s"],
            [f"p50 at {cases.LATENCY_SHARE_OF_KNEE:.0%} of it", f"{with_range(p50)} ms"],
            [f"p99 at {cases.LATENCY_SHARE_OF_KNEE:.0%} of it", f"{with_range(p99)} ms"],
            ["p99 to p50", with_range(special.latency_ratio(book), times)]]
    return ("### Latency of ringpostd below its knee, case A at a constant rate\n\n"
            + markdown(["", "median (range)"], rows))


def _scaling(book):
    rows = [[name, with_range(figures.spread(
        book.by_round(cases.SCALING, name, "server_cpu_us").values()))]
        for name in (special.ONE_SHARD, special.TWO_SHARDS)]
    rows.append(["capacity of two to that of one", with_range(special.scaling_ratio(book), times)])
    rate = book.content["latency"].get("capacity_per_second", 0) * cases.SCALING_SHARE_OF_CAPACITY
    return ("### Two shards on two cores against one\n\n"
            + markdown(["", "server CPU, µs for each message"], rows)
            + f"\n\nBoth at the same constant rate, {number(rate)} messages/s of case A, because "
            "the generator needs a core of the two itself. Capacity is cores divided by CPU "
            "seconds of a message, so the ratio is 2 x CPU of one shard / CPU of two.")


def _generators(book):
    rows = []
    for name in (generators.RINGPOST_LOAD, generators.SMTP_SOURCE):
        cpu, rate = (figures.spread(book.by_round(cases.GENERATORS, name, figure).values())
                     for figure in (generators.CPU, "messages_per_second"))
        rows.append([name, with_range(cpu), with_range(rate)])
    ratio = with_range(generators.speed_ratio(book), times)
    return ("### The generators, sending case A to the blind sink\n\n"
            + markdown(["generator", "its CPU, µs for each message", "messages per second"], rows)
            + f"\n\nFrom the same CPU time ringpost-load sends {ratio} times as many messages.")


def _versions(book, server_names):
    rows = [[title(book, name), book.content["servers"][name]["version"]]
            for name in server_names if name in book.content["servers"]]
    return "### Versions\n\n" + markdown(["server", "version"], rows, (0, 1)) if rows else ""


def _left_out(book):
    lines = [f"- {name}: {reason}" for name, reason in book.content["left_out"].items()]
    for (case, server), reasons in _by_case(book.content["failures"]).items():
        lines.append(f"- {title(book, server)} in {case}, {len(reasons)} failed: {reasons[-1]}")
    return "### Left out or failed\n\n" + "\n".join(lines) if lines else ""


def _by_case(failures):
    grouped = {}
    for failure in failures:
        grouped.setdefault((failure["case"], failure["server"]), []).append(failure["reason"])
    return grouped


def _thrown_away(book):
    total, thrown_away, kept = (len(runs) for runs in (
        book.content["runs"], book.thrown_away(), book.noisy_but_kept()))
    if total == 0:
        return ""
    text = (f"{total - thrown_away} runs count; {thrown_away} were thrown away and repeated because "
            "of foreign load on the machine.")
    if kept:
        text += f" {kept} of those that count had foreign load, too: the figures are a try-out."
    return text
