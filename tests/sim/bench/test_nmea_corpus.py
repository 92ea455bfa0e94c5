"""58 real receivers, byte for byte: what gpsd found in their logs, our reader finds."""

import pytest

from sim.bench import nmea_corpus

pytestmark = pytest.mark.skipif(
    not nmea_corpus.FOLDER.is_dir(), reason="no logs of real receivers in ../shared/nmea"
)


@pytest.fixture(scope="module")
def scores():
    return [nmea_corpus.score(name, data, reports) for name, data, reports in nmea_corpus.logs()]


def test_every_position(scores):
    assert {score.log: score.missed for score in scores if score.missed} == {}
    assert sum(score.expected for score in scores) > 3000
    assert sum(score.averages for score in scores) <= 2


def test_dates(scores):
    """gpsd itself guesses the 1024 weeks differently in one or two logs."""
    dated = sum(score.dated for score in scores)
    assert dated >= 0.985 * sum(score.expected for score in scores)


def test_no_false_fix(scores):
    false = {score.log: score.false for score in scores if score.false}
    false.pop(nmea_corpus.DOUBTFUL, None)
    assert false == {}


def test_the_size_of_the_pieces_makes_no_difference():
    for name, data, _ in nmea_corpus.logs():
        if len(data) < 20000:
            assert nmea_corpus.fixes(data, 1) == nmea_corpus.fixes(data, 4096), name
