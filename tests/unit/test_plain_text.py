"""Words and tables laid out for a terminal of 80 columns.

Not here: what they say.
"""

from bpp_etl.pages.plain_text import cells_of, counted, joined, printable, table, wrapped


def test_a_wide_letter_takes_two_cells_and_a_combining_one_none() -> None:
    assert cells_of("aé") == 2
    assert cells_of("e\u0301") == 1
    assert cells_of("骨转移") == 6


def test_a_text_is_broken_between_words() -> None:
    assert wrapped("one two three", "- ", hanging="  ", width=9) == ["- one two", "  three"]


def test_a_word_longer_than_the_line_is_broken() -> None:
    assert wrapped("a bbbbbbbb c", "  ", width=6) == ["  a", "  bbbb", "  bbbb", "  c"]
    assert wrapped("骨转移", width=4) == ["骨转", "移"]


def test_a_name_longer_than_the_line_is_broken_at_a_joint() -> None:
    assert wrapped("value_from_upper_limit", width=20) == ["value_from_upper_", "limit"]
    assert wrapped("of a_name_", width=9) == ["of", "a_name_"]
    assert wrapped("_____", width=2) == ["__", "__", "_"]


def test_an_empty_text_is_one_empty_line() -> None:
    assert wrapped("") == [""]


def test_a_table_sets_text_left_and_numbers_right() -> None:
    assert table(("name", "n"), [("a", "1"), ("bb", "10")], "lr") == [
        "  name   n",
        "  a      1",
        "  bb    10",
    ]


def test_a_table_without_headers_has_rows_only() -> None:
    assert table((), [("a", "1")], "lr") == ["  a  1"]


def test_the_widest_text_column_wraps_until_the_table_fits() -> None:
    lines = table(("a", "b"), [("word " * 30, "1234")], "lr")
    assert max(cells_of(line) for line in lines) == 80
    assert lines[1].endswith("1234")
    assert " ".join(lines[1:]).split().count("word") == 30


def test_what_would_steer_a_terminal_is_replaced() -> None:
    assert printable("\x1b[31mred\x07") == "?[31mred?"


def test_words_are_counted_and_joined_as_in_a_sentence() -> None:
    assert (counted(1, "row"), counted(2, "row"), counted(0, "breach", "breaches")) == (
        "1 row",
        "2 rows",
        "0 breaches",
    )
    assert (joined([]), joined(["a"]), joined(["a", "b"]), joined(["a", "b", "c"])) == (
        "",
        "a",
        "a and b",
        "a, b and c",
    )


def test_where_a_column_is_of_words_names_stay_whole() -> None:
    rows = [
        ("a_name_that_is_long_enough_to_be_the_widest", "one two three four five six seven eight nine ten")
    ]
    lines = table((), rows, "lw", width=60)
    assert lines[0].split()[0] == rows[0][0]
    assert len(lines) > 2
    assert max(map(len, lines)) <= 60
