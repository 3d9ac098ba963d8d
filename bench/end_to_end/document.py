"""Writes tables and plots into docs/benchmarks.md, between its two marks; the rest is written by hand."""

BEGIN = "<!-- begin: written by bench/run --write-docs -->"
END = "<!-- end: written by bench/run --write-docs -->"


def with_generated_part(page, generated):
    """The page with what is between its marks replaced."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the page has no marks to write between")
    return f"{before}{BEGIN}\n\n{generated.strip()}\n\n{END}{after}"


def write(docs_folder, tables, plots):
    folder = docs_folder / "benchmarks"
    folder.mkdir(exist_ok=True)
    for name, text in plots.items():
        (folder / name).write_text(text)
    pictures = "\n\n".join(f"![{_caption(name)}](benchmarks/{name})" for name in plots)
    page = docs_folder / "benchmarks.md"
    page.write_text(with_generated_part(page.read_text(), f"{tables}\n\n### Plots\n\n{pictures}"))


def _caption(name):
    """case-b1.svg: Case B1."""
    first, *others = name.removesuffix(".svg").split("-")
    return " ".join([first.capitalize(), *(other.upper() for other in others)])
