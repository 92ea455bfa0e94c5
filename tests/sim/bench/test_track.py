"""The track of real logs and simulated school runs: few positions, none far from its line."""

import pytest

from sim.bench import nmea_corpus, track

needs_logs = pytest.mark.skipif(
    not nmea_corpus.FOLDER.is_dir(), reason="no logs of real receivers in ../shared/nmea"
)


def check(paths):
    found = best = 0
    for name, path in paths:
        kept = track.kept(path)
        assert kept[0] == 0 and kept == sorted(set(kept)), name
        assert track.worst_m(path, kept) <= track.ERROR_M, name
        found += len(kept)
        best += track.optimum(path)
    assert best <= found <= best * 1.15, (found, best)


@needs_logs
def test_logs_that_move():
    paths = list(track.of_logs())
    assert len(paths) >= 5
    check(paths)


def test_school_runs():
    check(list(track.of_mornings(2))[:2])


def test_the_oracle_knows_a_line_and_a_corner():
    straight = [track.Seen(i * 1000, 130827000 + i * 900, 1008833000, 10000) for i in range(50)]
    corner = straight + [
        track.Seen(50000 + i * 1000, 130827000 + 44100, 1008833000 + i * 900, 10000)
        for i in range(1, 50)
    ]
    assert track.optimum(straight) == 2 and track.optimum(corner) in (3, 4)
    assert track.worst_m(corner, [0, len(corner) - 1]) > 300
