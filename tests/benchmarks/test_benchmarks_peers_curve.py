import argparse
import json

import pandas as pd
import pytest

from benchmarks import curve


@pytest.fixture
def arguments(monkeypatch, tmp_path):
    """Arguments of a run whose measuring is a stub; CTGAN's longest training fails."""

    def measure(_dataset, peer, _seed, _limits, options):
        stamp = {"versions": {}, "environment": {"date": "today", "cores": 2}}
        (length,) = options.values()
        if length == 100:
            return {"status": "failed", "reason": "out of luck", **stamp}
        return {
            "status": "measured",
            "scores": {"two_sample_auc": 1 - length / 1000},
            "fit_seconds": length * (2.0 if peer.title == "CTGAN" else 1.0),
            "sample_seconds": 1.0,
            "peak_memory_mib": 50.0,
            **stamp,
        }

    monkeypatch.setattr(curve, "load_dataset", lambda *_: None)
    monkeypatch.setattr(curve, "measure_peer", measure)
    monkeypatch.setattr(curve, "draw_curves", lambda *_: None)
    return argparse.Namespace(
        data_dir=tmp_path,
        sets=["small"],
        seed=0,
        environments=tmp_path / "environments",
        limit_seconds=60.0,
        output=tmp_path / "results",
        fresh=False,
    )


def test_both_models_are_shown_along_their_seconds(arguments, capsys):
    curve.run(arguments)
    text = (arguments.output / "curve.md").read_text()
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")]
    table = pd.DataFrame(rows[2:], columns=rows[0])
    assert table.iloc[:, 0].tolist() == [
        *(f"| CTGAN, epochs {n}" for n in (5, 15, 40, 100)),
        *(f"| synthgan, max_seconds {n}" for n in (15, 30, 60, 120)),
    ]
    assert table["fit seconds"].tolist()[2:4] == ["80.000", ""]
    assert "- CTGAN, epochs 100: failed: out of luck" in text
    assert text in capsys.readouterr().out


def test_points_that_are_saved_are_kept(arguments, capsys):
    curve.run(arguments)
    (arguments.output / "curve" / "small-ctgan-epochs40.json").unlink()
    capsys.readouterr()
    curve.run(arguments)
    said = capsys.readouterr().out
    assert (said.count(": kept"), said.count(": measuring")) == (7, 1)


def test_the_trainings_at_the_defaults_are_the_last_points(arguments):
    folder = arguments.output / "peers"
    folder.mkdir(parents=True)
    result = {
        "request": {"set": "small", "model": "ctgan", "seed": 0},
        "status": "measured",
        "scores": {"two_sample_auc": 0.9},
        "fit_seconds": 999.0,
        "versions": {},
        "environment": {"date": "today", "cores": 2},
    }
    (folder / "small-ctgan-seed0.json").write_text(json.dumps(result))
    other = {**result, "request": {**result["request"], "seed": 1}}
    (folder / "small-ctgan-seed1.json").write_text(json.dumps(other))
    curve.run(arguments)
    text = (arguments.output / "curve.md").read_text()
    assert text.count("| CTGAN, defaults |") == 1
    assert "999" in text
