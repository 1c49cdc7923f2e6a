"""What a report says, and how it is built."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from privet.model.errors import IntegrityError
from privet.model.release import RowCounts
from privet.pipeline.summary import ColumnSummary, DataSummary, RunSummary
from privet.report import render
from tests.unit.report.qualities import cleaned_customers, hostile_quality
from tests.unit.report.reading import Element, read, rows_of
from tests.unit.report.summaries import customers, row_counts, summary, tickets

SECTIONS = [
    "rows",
    "quality",
    "columns",
    "limits",
    "check",
    "terms",
    "sources",
    "changes",
    "steps",
]
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><h1>",
    "a\u202egnp.exe",
    "שלום",
    "nul\x00and\nline\x1b[31m",
    "lone \ud800",
    "&lt;b&gt;",
    "x" * 10_000,
]


def test_it_has_its_sections_in_order_and_links_to_each(sample_summary: RunSummary) -> None:
    page = read(render(sample_summary))
    assert [part.attributes["id"] for part in page.all("section")] == SECTIONS
    links = [link.attributes["href"] for link in page.one("nav").all("a")]
    assert links == [f"#{place}" for place in SECTIONS]


def test_shapes_of_columns_are_a_section_where_they_are_known() -> None:
    page = read(render(summary(cleaned_customers(), tickets())))
    places = [part.attributes["id"] for part in page.all("section")]
    assert places == [*SECTIONS[:2], "profiles", *SECTIONS[2:]]
    assert [link.attributes["href"] for link in page.one("nav").all("a")][2] == "#profiles"


def test_the_headline_says_what_left_for_whom_for_what(sample_summary: RunSummary) -> None:
    header = read(render(sample_summary)).one("header")
    assert header.one("h1").text == (
        "Pseudonymous data left the vault for unilab, for the purpose research."
    )
    assert "Release 3 is made from customers and tickets." in header.text
    assert "Pseudonymous data is still personal data" in header.text


@pytest.mark.parametrize(
    ("changes", "headline"),
    [
        (
            {"unchanged": True},
            "Nothing new left the vault. Release 3 stands: pseudonymous data for unilab",
        ),
        (
            {"recipient": "local", "guarantee": "clear"},
            "Personal data in the clear left the vault for you on this machine",
        ),
        (
            {"guarantee": "dp(epsilon=1, delta=1e-6)"},
            "Differentially private results (epsilon=1, delta=1e-6) left the vault for unilab",
        ),
        (
            {"guarantee": "none"},
            "Data without a guarantee left the vault for unilab",
        ),
    ],
)
def test_the_headline_follows_the_run(changes: dict[str, object], headline: str) -> None:
    said = read(render(summary(**changes))).one("h1").text
    assert said == f"{headline}, for the purpose research."


def test_a_release_of_no_rows_says_so() -> None:
    empty = customers(row_counts(0, {}, {"filter": 400}))
    headline = read(render(summary(empty))).one("h1").text
    assert headline.startswith("A release without a single row was made for unilab")


def test_rows_are_a_sum_that_adds_up() -> None:
    counts = row_counts(9_000, {"ragged_row": 700, "unowned": 80}, {"filter": 220})
    rows = read(render(summary(customers(counts)))).part("rows")
    assert sums(rows) == ["10,000 read = 9,000 out + 780 quarantined + 220 withheld"]
    assert rows_of(rows.one("table")) == [
        ["Reason", "Rows"],
        ["Quarantined: 780"],
        ["More or fewer fields than the header", "700"],
        ["No key says whom the row is about", "80"],
        ["Withheld: 220"],
        ["Outside the rows that the policy lets through", "220"],
    ]
    assert "fewer than" not in rows.text


def test_a_small_group_makes_the_rows_out_a_range() -> None:
    counts = row_counts(9_000, {"type:age": 3}, {"filter": 220})
    rows = read(render(summary(customers(counts)))).part("rows")
    assert sums(rows) == [
        "9,223 read = 8,994 to 9,002 out + fewer than 10 quarantined + 220 withheld"
    ]
    assert ["A value is not of the column's type: age", "fewer than 10"] in rows_of(
        rows.one("table")
    )
    assert "9,000" not in rows.text


def test_a_small_table_gives_no_numbers() -> None:
    rows = read(render(summary(customers(row_counts(6, {"type:age": 3}))))).part("rows")
    assert sums(rows) == [
        "fewer than 19 read = not shown apart out + not shown apart quarantined + 0 withheld"
    ]
    assert "So few rows were read that no number is given." in rows.text


def test_drawings_have_their_numbers_in_words() -> None:
    rows = read(render(summary(customers(row_counts(75, {"type:age": 25}))))).part("rows")
    walk = rows.one("svg")
    assert walk.attributes["role"] == "img"
    said = "100 rows read; 25 quarantined at types; 75 out."
    assert walk.attributes["aria-label"] == f"The walk of the rows. {said}"
    assert walk.one("desc").text == said
    thick = [float(strip.attributes["height"] or 0) for strip in walk.all("rect")]
    assert (thick[0], thick[-1]) == (60, 45)


def test_counts_that_do_not_add_up_are_no_report() -> None:
    for counts in (RowCounts(read=100, out=50), row_counts(100, {"type:age": -20})):
        with pytest.raises(IntegrityError):
            render(summary(customers(counts)))


def test_columns_are_grouped_by_what_became_of_them(sample_summary: RunSummary) -> None:
    first, second = read(render(sample_summary)).part("columns").all("table")
    assert first.one("caption").text == "Columns of customers"
    table = rows_of(first)
    assert [row[0] for row in table] == [
        "Column",
        "Kept: 2",
        "citystring",
        "planstring",
        "Changed: 3",
        "customer_idint64 → string",
        "emailstring",
        "date_of_birthdate32",
        "Dropped: 1",
        "allergiesstring",
    ]
    assert table[2][1:] == ["Kept as it is readable", "Cityuser.contact.address.city", "analysts"]
    assert table[7][1] == "Only the interval it falls into width=5y"
    assert table[9][1] == "Left outthe scan was unsure: free text"
    assert "special category" in table[9][2]
    assert table[9][3] == "rules[3]"
    assert len(second.all("tbody")) == 3


def test_terms_and_basis_are_given(sample_summary: RunSummary) -> None:
    terms = read(render(sample_summary)).part("terms")
    facts = dict(
        zip(
            (term.text for term in terms.all("dt")),
            (value.text for value in terms.all("dd")),
            strict=True,
        )
    )
    assert facts == {
        "Asked by": "os:ana",
        "In the role": "analyst",
        "For the purpose": "research",
        "For": "unilab",
        "Guarantee": "pseudonymous",
        "Started": "2026-01-02 03:04:05 UTC",
        "Took": "1 min 23 s",
    }
    assert ["E-mail addressuser.contact.email", "consent"] in rows_of(terms.one("table"))


def test_sources_steps_and_changes_are_given(sample_summary: RunSummary) -> None:
    page = read(render(sample_summary))
    sources = page.part("sources")
    assert rows_of(sources.all("table")[0])[1] == [
        "data/customers-2026.csv.gz",
        "csv, ';', utf-8, gzip",
        "4.2 MB",
    ]
    assert "Only rows where country = principal.country may leave." in sources.text
    assert rows_of(page.part("steps").one("table"))[1:] == [
        ["ingest customers", "done", "12.3 s"],
        ["ingest tickets", "unchanged, not run again", ""],
        ["release", "done", "1 min 10 s"],
    ]
    assert [item.text for item in page.part("changes").all("li")] == [
        "added customers.city: keep",
        "changed customers.email: drop -> token",
        "gone customers.phone: was drop",
    ]


def test_it_tells_how_to_check_the_release(sample_summary: RunSummary) -> None:
    made = replace(sample_summary, release="/home/ana/my work/000003-6f1d")
    check = read(render(made)).part("check")
    here, there, key = (block.text for block in check.all("pre"))
    assert here == "privet verify '/home/ana/my work/000003-6f1d'"
    assert there == f"privet-verify 000003-6f1d --key '{made.public_key}'"
    assert key == made.public_key
    assert "the log had 14 entries" in check.text
    digests = {
        code.attributes["title"]: code.text
        for code in check.all("code")
        if "title" in code.attributes
    }
    for file in made.files:
        assert digests[file.sha256] == f"{file.sha256[:16]}…"


def test_a_release_elsewhere_is_fetched_first() -> None:
    check = read(render(summary(release="s3://out/research/000003-6f1d"))).part("check")
    assert "Fetch the folder s3://out/research/000003-6f1d into the project" in check.text
    assert check.all("pre")[0].text == "privet verify 000003-6f1d"


def test_it_says_what_is_not_promised(sample_summary: RunSummary) -> None:
    said = read(render(sample_summary)).part("limits").text
    assert "Pseudonymous is not anonymous" in said
    assert "Who holds the passphrase can go around the gate on this machine" in said


@pytest.mark.parametrize("data", [customers(), cleaned_customers()], ids=["plain", "cleaned"])
def test_it_reaches_for_nothing_and_lets_nothing_in(data: DataSummary) -> None:
    text = render(summary(data, tickets()))
    page = read(text)
    assert not page.all("script")
    assert not page.all("link")
    for element in everything(page):
        assert not any(name.startswith("on") or name == "style" for name in element.attributes)
        for name in ("src", "href", "action", "data", "srcset"):
            assert (element.attributes.get(name) or "#").startswith("#")
    assert not re.search(r"url\(|@import|https?:", text)
    [policy] = [
        meta.attributes["content"] or ""
        for meta in page.all("meta")
        if meta.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    style = hashlib.sha256(page.one("style").text.encode()).digest()
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{base64.b64encode(style).decode()}'" in policy


@pytest.mark.parametrize("data", [customers(), cleaned_customers()], ids=["plain", "cleaned"])
def test_headings_tables_and_boxes_can_be_walked(data: DataSummary) -> None:
    page = read(render(summary(data, tickets())))
    headings = {"h1", "h2", "h3", "h4"}
    levels = [int(element.tag[1]) for element in everything(page) if element.tag in headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for table in page.all("table"):
        assert table.one("caption").text
        assert all(head.attributes["scope"] for head in table.all("th"))
    for box in page.all("div"):
        if box.attributes.get("class") == "scroll":
            assert (box.attributes["role"], box.attributes["tabindex"]) == ("region", "0")
            assert box.attributes["aria-label"]
            assert all(
                caption.text == box.attributes["aria-label"] for caption in box.all("caption")
            )
    ids = [element.attributes["id"] for element in everything(page) if "id" in element.attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("word", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_stays_text_wherever_it_stands(word: str) -> None:
    plain, hostile = read(render(full_of("plain"))), read(render(full_of(word)))
    assert shape(hostile) == shape(plain)
    text = render(full_of(word))
    text.encode("utf-8")
    assert not set(text) & set("\u202e\x00\x1b\ud800")


def test_control_characters_are_spelt_out_and_long_names_cut() -> None:
    text = render(full_of("a\u202eb"))
    assert "a[U+202E]b" in text
    text = render(full_of("start" + "x" * 10_000 + "end"))
    assert "[9,768 characters]" in text
    assert "xend" in text


def test_joiners_that_scripts_need_stay() -> None:
    word = "\u0645\u06cc\u200c\u062e\u0648\u0631\u0645"
    assert word in render(full_of(word))


def test_credentials_in_a_source_url_are_left_out() -> None:
    source = replace(
        tickets().sources[0], name="https://ana:s3cret@data.example/t.csv?X-Amz-Signature=abc#x"
    )
    text = render(summary(replace(tickets(), sources=(source,))))
    assert "https://data.example/t.csv" in text
    for hidden in ("s3cret", "abc#", "Signature"):
        assert hidden not in text


def test_an_empty_run_is_a_page_too() -> None:
    empty = replace(customers(RowCounts()), sources=(), columns=(), subjects=None, row_filter=None)
    made = replace(summary(empty), steps=(), files=(), basis=(), changes=())
    page = read(render(made))
    assert sums(page.part("rows")) == ["0 read = 0 out + 0 quarantined + 0 withheld"]
    assert "Nothing: the plan is that of the last run" in page.part("changes").text


def test_hundreds_of_columns_make_a_page_at_once() -> None:
    columns = tuple(
        ColumnSummary(f"column_{number}", "string", "none", "keep", "analysts")
        for number in range(2_000)
    )
    page = read(render(summary(replace(customers(), columns=columns))))
    assert len(page.part("columns").all("tr")) == 2_002


def test_the_same_run_gives_the_same_page(sample_summary: RunSummary) -> None:
    assert render(sample_summary) == render(summary())


def full_of(word: str) -> RunSummary:
    """A run in which every name is `word`."""
    reasons = {f"type:{word}": 40, f"rule:{word}": 90, f"clean:{word}:{word}": 50}
    counts = row_counts(1_000, reasons, {word: 3}, {f"duplicate:{word}": 20}, {word: 30})
    first = customers(counts)
    column = ColumnSummary(word, word, word, word, word, word, word)
    source = replace(first.sources[0], name=word, form=word)
    data = replace(
        first,
        name=word,
        columns=(column,),
        sources=(source,),
        subjects=word,
        row_filter=word,
        quality=hostile_quality(word, first),
    )
    made = summary(data)
    start = datetime(2026, 1, 2, tzinfo=UTC)
    return replace(
        made,
        project=word,
        pipeline=word,
        started=start,
        finished=start + timedelta(hours=2, minutes=5),
        principal=word,
        role=word,
        purpose=word,
        recipient=word,
        guarantee=word,
        basis=((word, word),),
        release=word,
        release_id=word,
        public_key=word,
        steps=(replace(made.steps[0], name=word),),
        files=(replace(made.files[0], name=word, sha256=word),),
        changes=(word, f"+ {word}", f"~ {word}: a -> b"),
    )


def everything(element: Element) -> list[Element]:
    """The element and all below it, in order."""
    below = [child for child in element.children if isinstance(child, Element)]
    return [element, *(deeper for child in below for deeper in everything(child))]


def shape(page: Element) -> list[tuple[str, tuple[str, ...]]]:
    """The elements and the names of their attributes, without any text."""
    return [(element.tag, tuple(element.attributes)) for element in everything(page)]


def sums(rows: Element) -> list[str]:
    """The sums, as they are read aloud."""
    lines = [line for line in rows.all("p") if line.attributes.get("class") == "sum"]
    return [" ".join(line.text.split()) for line in lines]
