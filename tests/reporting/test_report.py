"""The report: what stands in it, and that it loads and runs nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthgan import evaluate
from synthgan.evaluation.privacy import ATTACKS
from synthgan.reporting import render_report

HOSTILE = "<script>alert(1)</script>"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def make_table(seed: int, n_rows: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n_rows)
    return pd.DataFrame(
        {
            HOSTILE: x.round(3),
            "$\\alpha_1$ & \"co\" 'x'": np.where(x > 0, HOSTILE, "b & c"),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.round(9 * x), "D"),
            "label": np.where(x + 0.4 * rng.normal(size=n_rows) > 0, "yes", "no"),
            "key": [f"K{number:06d}" for number in rng.permutation(10**6)[:n_rows]],
        }
    )


@pytest.fixture(scope="module")
def evaluation():
    return evaluate(
        make_table(0),
        make_table(2),
        make_table(1),
        target="label",
        metrics=["column_shapes", "two_sample", "tstr", "dcr_share", "dcr_quantile"],
        random_state=7,
        verbose=False,
    )


@pytest.fixture(scope="module")
def page(evaluation) -> str:
    return render_report(evaluation)


class Reader(HTMLParser):
    """Collects the page's elements, attributes and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self.handlers: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            if name in {"src", "href", "xlink:href", "srcset", "action", "data"}:
                self.links.append(value or "")
            if name.startswith("on"):
                self.handlers.append(name)

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def test_nothing_is_loaded_from_anywhere(page):
    reader = Reader(page)
    assert not {"link", "iframe", "object", "embed", "base"} & set(reader.tags)
    assert all(link.startswith(("#", "data:")) for link in reader.links)
    for target in re.findall(r"url\(([^)]*)\)", page):
        assert target.strip("'\"").startswith(("#", "data:"))
    assert "@import" not in page


def test_a_hostile_column_name_is_text_wherever_it_stands(page):
    reader = Reader(page)
    assert "script" not in reader.tags
    assert not reader.handlers
    assert HOSTILE in reader.text


def test_names_are_not_read_as_formulas(page):
    assert "$\\alpha_1$ & \"co\" 'x'" in Reader(page).text


def test_it_says_what_was_found_and_what_was_not_judged(page, evaluation):
    text = Reader(page).text
    assert text.count("Useful, private and faithful") == 2  # title and headline
    for verdict in evaluation.verdicts:
        assert verdict.sentence in text
        assert verdict.rule in text
    for name in ("dcr_share", "dcr_quantile"):
        assert ATTACKS[name].title in text
    assert "column 'key'" in text
    assert "identifier: its values are meant to differ" in text


def test_it_names_sizes_seed_and_versions(page, evaluation):
    text = Reader(page).text
    assert "300 synthetic rows of 5 columns" in text
    assert "Seed 7" in text
    for package, version in evaluation.run.versions.items():
        assert f"{package} {version}" in text


def test_every_judged_column_has_a_picture_with_its_name(page, evaluation):
    labels = re.findall(r'role="img" aria-label="Column ([^"]*):', page)
    assert len(labels) == len(evaluation.columns.columns) == 4


def test_colours_are_the_pages_so_that_dark_and_light_differ(page):
    pictures = re.findall(r"<svg role.*?</svg>", page, flags=re.DOTALL)
    assert pictures
    for picture in pictures:
        assert not re.search(r"(fill|stroke): #(?!ffffff)", picture)
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_a_leak_is_said_in_the_headline_and_marked_in_the_table():
    table = make_table(0)
    leaking = evaluate(
        table,
        table,
        make_table(1),
        metrics=["dcr_share", "two_sample"],
        random_state=0,
        verbose=False,
    )
    page = render_report(leaking)
    text = Reader(page).text
    assert "Faithful, but not private; useful was not judged." in text
    assert 'class="leak"' in page
    assert "No target column was named" in text


def test_a_report_without_holdout_says_so():
    bare = evaluate(
        make_table(0),
        make_table(2),
        metrics=["column_shapes", "two_sample", "dcr_share"],
        random_state=0,
        verbose=False,
    )
    text = Reader(render_report(bare)).text
    assert "no real rows were held out" in text
    assert "Faithful; useful and private were not judged" in text
    assert "no holdout was given" in text


def test_a_table_of_keys_only_has_a_report_that_says_so():
    keys = pd.DataFrame({"key": [f"K{number:06d}" for number in range(120)]})
    bare = evaluate(keys, keys, keys, random_state=0, verbose=False)
    text = Reader(render_report(bare)).text
    assert "Nothing could be judged" in text
    assert "column 'key'" in text


def test_the_same_evaluation_gives_the_same_page(evaluation, page):
    assert render_report(evaluation) == page


def take_screenshot(page: Path, picture: Path, width: int, height: int) -> np.ndarray:
    from matplotlib.image import imread

    command = [
        str(CHROMIUM),
        "--headless",
        "--no-sandbox",  # containers have no user namespaces
        "--disable-gpu",
        "--hide-scrollbars",
        f"--user-data-dir={picture.parent / 'profile'}",
        f"--window-size={width},{height}",
        f"--screenshot={picture}",
        page.as_uri(),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return imread(picture)


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.parametrize("width", [1200, 500])
def test_chromium_shows_the_page_and_it_fits_its_window(
    width, evaluation, tmp_path: Path
):
    file = tmp_path / "report.html"
    evaluation.to_html(file)
    pixels = take_screenshot(file, tmp_path / "page.png", width, 2400)
    assert pixels.shape[:2] == (2400, width)
    background = pixels[0, 0]
    is_ink = np.abs(pixels - background).max(axis=2) > 0.2
    assert 0.01 < is_ink.mean() < 0.5
    # Text and pictures keep off both edges: nothing runs out of the window.
    assert not is_ink[:, :8].any()
    assert not is_ink[:, -8:].any()
    # Text, synthetic rows' vermilion and real rows' blue can all be seen.
    red, _, blue = (pixels[..., channel] for channel in range(3))
    assert (red - blue > 0.5).any()
    assert (blue - red > 0.5).any()
