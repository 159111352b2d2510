"""The report in a real browser: it loads nothing, says nothing on the console, fits a telephone and a desk.

Screenshots go to `screenshots/`, for a person to look at.
Not here: what the report says (`tests/unit/report`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from bpp_etl.release.history import write_changes
from bpp_etl.report import write_report
from bpp_etl.report.pictures import pictures_of
from bpp_etl.report.tables import read_release
from bpp_etl.warehouse.connection import opened
from tests.support.compared import changed_since
from tests.support.report_file import empty_release, full_release

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"
TELEPHONE, DESK = 375, 1280
Scheme = Literal["light", "dark"]
PLOTS = (
    "plot-progression-free-survival",
    "plot-time-to-pseudoprogression",
    "plot-pseudoprogression-to-progression",
    "plot-confirmation-to-progression",
    "plot-candidate-to-progression",
    "plot-swimmer",
    "plot-status",
    "plot-landmark-183",
    "plot-her2-pseudoprogression-to-progression",
    "plot-alp-waterfall",
    "plot-alp-pairs",
    "plot-alp",
    "plot-alp-categories",
    "plot-alp-test",
    "plot-sites-patients",
    "plot-sites-lesions",
    "plot-adjusted",
    "plot-alp-grades",
    "plot-registries-forest",
    "plot-registries-funnel",
    "plot-cadence-first-line",
    "plot-cadence-pseudoprogression",
    "plot-sensitivity",
)

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    since = changed_since(folder)
    made = full_release(folder / "bpp.duckdb")
    with opened(made) as con:
        write_changes(con, since)
    write_report(made, folder / "report.html", since)
    return folder / "report.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        yield opened
        opened.close()


@dataclass
class Visit:
    """One page in one window, with everything that it asked for and said."""

    page: Page
    width: int
    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@contextmanager
def visiting(browser: Browser, path: Path, width: int, scheme: Scheme = "light") -> Iterator[Visit]:
    """Open a file in a window of some width, and close the window."""
    with browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme) as context:
        visit = Visit(context.new_page(), width)
        visit.page.on("request", lambda request: visit.requests.append(request.url))
        visit.page.on("console", lambda message: visit.said.append(message.text))
        visit.page.on("pageerror", lambda error: visit.said.append(str(error)))
        visit.page.goto(path.as_uri())
        visit.page.wait_for_load_state("networkidle")
        yield visit


@pytest.fixture(scope="module", params=[TELEPHONE, DESK], ids=["telephone", "desk"])
def visit(browser: Browser, report: Path, request: pytest.FixtureRequest) -> Iterator[Visit]:
    with visiting(browser, report, request.param) as opened:
        yield opened


def test_the_page_asks_for_nothing_but_itself_and_says_nothing(visit: Visit, report: Path) -> None:
    assert visit.requests == [report.as_uri()]
    assert visit.said == []


def test_what_changed_is_filled_so_that_its_tables_are_judged_too(visit: Visit) -> None:
    tables = ("#changes-patients", "#changes-headlines", "[id$=-rows-changed]", "[id$=-rules-changed]")
    assert all(visit.page.locator(f"{table} td").count() > 0 for table in tables)


def test_the_page_never_scrolls_sideways(visit: Visit) -> None:
    assert visit.page.evaluate("document.documentElement.scrollWidth") == visit.width
    beyond = visit.page.evaluate(
        """width => [...document.querySelectorAll('main *')]
            .filter(node => !node.closest('.scroll') && node.getBoundingClientRect().right > width + 0.5)
            .map(node => node.outerHTML.slice(0, 80))""",
        visit.width,
    )
    assert beyond == []


def test_a_table_scrolls_within_its_own_box_and_by_keyboard(visit: Visit) -> None:
    boxes = visit.page.evaluate(
        """[...document.querySelectorAll('.scroll')].map(box =>
            [box.getBoundingClientRect().right <= innerWidth, box.tabIndex,
                box.scrollWidth > box.clientWidth])"""
    )
    assert all(is_inside and focus == 0 for is_inside, focus, _ in boxes)
    assert any(is_wide for *_, is_wide in boxes) == (visit.width == TELEPHONE)


def test_every_plot_is_drawn_within_the_window(visit: Visit) -> None:
    drawn = visit.page.evaluate(
        """Object.fromEntries([...document.querySelectorAll('svg[role=img]')].map(plot =>
            [plot.id, [plot.getBoundingClientRect().width, plot.getBoundingClientRect().height]]))"""
    )
    assert set(drawn) == set(PLOTS)
    small = {
        name: size for name, size in drawn.items() if not (250 < size[0] <= visit.width and size[1] > 60)
    }
    assert not small


def test_no_word_of_a_plot_leaves_its_picture_or_lies_on_another(visit: Visit) -> None:
    clashes = visit.page.evaluate(
        """[...document.querySelectorAll('svg[role=img]')].flatMap(plot => {
            const frame = plot.getBoundingClientRect();
            const words = [...plot.querySelectorAll('text')]
                .map(word => [word.textContent, word.getBoundingClientRect()]);
            const outside = words.filter(([, box]) => box.left < frame.left - 1 || box.right > frame.right + 1
                || box.top < frame.top - 1 || box.bottom > frame.bottom + 1).map(([text]) => [plot.id, text]);
            const shared = words.flatMap(([text, one], place) => words.slice(place + 1)
                .filter(([, two]) => Math.min(one.right, two.right) - Math.max(one.left, two.left) > 1
                    && Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top) > 3)
                .map(([other]) => [plot.id, text, other]));
            return [...outside, ...shared];
        })"""
    )
    assert clashes == []


def test_words_in_plots_can_be_read_on_a_telephone(visit: Visit) -> None:
    sizes = visit.page.evaluate(
        """[...document.querySelectorAll('svg[role=img]')].map(plot =>
            parseFloat(getComputedStyle(plot.querySelector('text')).fontSize)
                * plot.getBoundingClientRect().width / plot.viewBox.baseVal.width)"""
    )
    assert min(sizes) >= 9.5
    assert max(sizes) <= 17


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_the_page_by_day_and_by_night(
    browser: Browser, report: Path, scheme: Scheme
) -> None:
    with visiting(browser, report, DESK, scheme) as visit:
        faint = visit.page.evaluate(
            """() => {
                const light = colour => {
                    const parts = colour.match(/[0-9.]+/g).slice(0, 3).map(part => part / 255)
                        .map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
                    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
                };
                const paper = light(getComputedStyle(document.body).backgroundColor);
                const written = 'p, td, th, dt, dd, li, a, h2, figcaption, .missing, .gate, svg text';
                return [...document.querySelectorAll(written)]
                    .map(node => {
                        const style = getComputedStyle(node);
                        const ink = light(node.tagName === 'text' ? style.fill : style.color);
                        const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
                        return [node.outerHTML.slice(0, 80), contrast];
                    })
                    .filter(([, contrast]) => contrast < 4.5);
            }"""
        )
        background = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert faint == []
    assert (background == "rgb(21, 25, 28)") == (scheme == "dark")


def test_the_page_is_eight_screens_on_a_desk(browser: Browser, report: Path) -> None:
    with visiting(browser, report, DESK) as visit:
        assert visit.page.evaluate("document.documentElement.scrollHeight") <= 8 * 900


def test_a_table_that_goes_on_beyond_its_box_casts_a_shadow_there(browser: Browser, report: Path) -> None:
    with visiting(browser, report, TELEPHONE) as visit:
        box = visit.page.locator("#times .scroll").first
        visit.page.evaluate("document.querySelectorAll('#times details').forEach(one => one.open = true)")
        assert box.evaluate("box => box.scrollWidth > box.clientWidth")
        pixels = box.screenshot()
        box.evaluate("box => box.style.setProperty('--shadow', 'transparent')")
        assert box.screenshot() != pixels


def test_a_link_into_a_folded_part_opens_it(browser: Browser, report: Path) -> None:
    with visiting(browser, report, DESK) as visit:
        assert not visit.page.locator("#registry-north").is_visible()
        visit.page.locator("nav a[href='#registry-north']").click()
        visit.page.wait_for_function("document.querySelector('#quality details').open")
        assert visit.page.locator("#registry-north").is_visible()


def test_on_paper_nothing_is_folded(browser: Browser, report: Path) -> None:
    height = "document.documentElement.scrollHeight"
    with visiting(browser, report, 690) as visit:
        on_screen = visit.page.evaluate(height)
        visit.page.emulate_media(media="print")
        on_paper = visit.page.evaluate(height)
        visit.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert on_paper == visit.page.evaluate(height)
    assert on_paper > 1.5 * on_screen


def test_on_paper_every_table_shows_all_of_its_columns(browser: Browser, report: Path) -> None:
    with visiting(browser, report, 690) as visit:
        visit.page.emulate_media(media="print")
        cut = visit.page.evaluate(
            """[...document.querySelectorAll('table')]
                .filter(table => table.getBoundingClientRect().right > innerWidth + 1)
                .map(table => table.id)"""
        )
        printed = visit.page.pdf(format="A4", prefer_css_page_size=True)
    assert cut == []
    assert printed.startswith(b"%PDF")


@pytest.mark.soak
@pytest.mark.parametrize(
    ("width", "scheme"),
    [(TELEPHONE, "light"), (DESK, "light"), (1440, "dark")],
    ids=["telephone", "desk", "night"],
)
def test_screenshots_are_left_for_a_person_to_look_at(
    browser: Browser, report: Path, width: int, scheme: Scheme
) -> None:
    target = SCREENSHOTS / f"report-{width}-{scheme}.png"
    with visiting(browser, report, width, scheme) as visit:
        visit.page.screenshot(path=target, full_page=True)
    assert target.stat().st_size > 50_000


def test_pictures_that_hold_their_own_data_are_drawn_as_images(browser: Browser, report: Path) -> None:
    told = pictures_of(read_release(report.with_name("bpp.duckdb")))
    addresses = re.findall(r"\((data:image/svg[^)]+)\)", "".join(told.values()))
    page = report.with_name("pictures.html")
    page.write_text("".join(f'<img src="{address}">' for address in addresses), encoding="utf-8")
    with visiting(browser, page, DESK) as visit:
        sizes = visit.page.evaluate("[...document.images].map(one => [one.naturalWidth, one.naturalHeight])")
        visit.page.screenshot(path=SCREENSHOTS / "pictures.png", full_page=True)
    assert len(sizes) == len(addresses) == len(PLOTS)
    assert all(width == 560 and height > 90 for width, height in sizes)


def test_a_release_without_events_is_drawn_in_words(browser: Browser, tmp_path: Path) -> None:
    empty = tmp_path / "report.html"
    write_report(empty_release(tmp_path / "bpp.duckdb", morphology="unknown", site="unknown"), empty)
    with visiting(browser, empty, TELEPHONE) as visit:
        visit.page.screenshot(path=SCREENSHOTS / "report-empty.png", full_page=True)
        words = visit.page.inner_text("body")
        assert visit.said == []
        assert visit.page.evaluate("document.documentElement.scrollWidth") == TELEPHONE
    assert "No patient has a new lesion whose site and type are stated." in words
