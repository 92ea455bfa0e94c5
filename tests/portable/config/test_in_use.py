"""Which settings a bus runs on: bus.json, those that ran last, or none that drive a pin."""

from firmware.config.in_use import FILE, LAST, Settings
from firmware.config.load import defaults

GOOD = b'{"board":"devkit_wrover","bus":"bus-7","seats":{"count":12,"expanders":[32,33]}}'
NEWER = b'{"board":"devkit_wrover","bus":"bus-8"}'
WRONG_BOARD = b'{"board":"devkit-wrover","bus":"bus-8","wifi":{"ssid":"depot"}}'
TRUNCATED = GOOD[:40]
NO_BOARD = b'{"bus":"bus-8","wifi":{"ssid":"depot"}}'
MINUTE = 60000


class File:
    def __init__(self, files, name, content):
        self._files, self._name, self._content = files, name, content

    def read(self):
        if self._files.is_torn:
            raise OSError(5)
        return self._content

    def write(self, content):
        if self._files.is_full:
            raise OSError(28)
        self._content = content
        self._files.writes += 1

    def close(self):
        self._files.content[self._name] = self._content


class Files:
    def __init__(self, **content):
        self.content = {FILE: content.get("now"), LAST: content.get("last")}
        self.is_torn = self.is_full = False
        self.writes = 0

    def open(self, name, mode):
        if mode == "rb" and self.content.get(name) is None:
            raise OSError(2)
        return File(self, name, self.content.get(name))

    def rename(self, old, new):
        self.content[new] = self.content.pop(old)


def runs(files, minutes=6, **start):
    settings = Settings(files, **start)
    for minute in range(minutes + 1):
        settings.live(minute * MINUTE)
    return settings


def said(settings):
    return [str(error) for error in settings.errors]


def test_bus_json_is_used_and_kept_once_it_ran_for_five_minutes():
    files = Files(now=GOOD)
    settings = runs(files, 4)
    assert settings.errors == [] and settings.config["seats"]["count"] == 12
    assert files.content[LAST] is None
    runs(files, 5)
    assert files.content[LAST] == GOOD
    runs(files, 30)
    assert files.writes == 1  # flash wears
    files.content[FILE] = NEWER
    runs(files)
    assert files.content[LAST] == NEWER and files.writes == 2


def test_wrong_wiring_runs_on_the_settings_that_ran_last_and_is_told():
    for wrong in (WRONG_BOARD, NO_BOARD, b"{}", TRUNCATED, b"", None):
        files = Files(now=wrong, last=GOOD)
        settings = runs(files)
        assert settings.config["board"] == "devkit_wrover" and settings.config["wired"], wrong
        assert settings.config["bus"] == "bus-7"
        first, why = said(settings)
        assert first == ("bus.json: no wiring is guessed; the settings that ran last are used."), (
            wrong
        )
        assert "bus.json" in why
        assert files.content[LAST] == GOOD and files.writes == 0, wrong
    assert '"devkit-wrover", but has to be one of' in said(Settings(Files(now=WRONG_BOARD)))[1]
    assert "line 1, column 41" in said(Settings(Files(now=TRUNCATED)))[1]


def test_without_kept_settings_nothing_is_wired_and_the_radio_is_as_the_file_says():
    for wrong in (WRONG_BOARD, NO_BOARD, b"{}", TRUNCATED, None):
        for last in (None, TRUNCATED, NO_BOARD):
            files = Files(now=wrong, last=last)
            settings = runs(files)
            assert not settings.config["wired"] and settings.config["board"] is None
            assert "no contact is read, no pin is driven" in said(settings)[0]
            assert len(settings.errors) == 2
            assert files.content[LAST] == last and files.writes == 0
    assert Settings(Files(now=WRONG_BOARD)).config["wifi"]["ssid"] == "depot"


def test_a_wrong_limit_takes_the_last_value_and_the_file_counts():
    files = Files(
        now=b'{"board":"devkit","bus":"bus-8","rules":{"overspeed_kmh":900}}',
        last=b'{"board":"devkit","bus":"bus-7","rules":{"overspeed_kmh":60}}',
    )
    settings = runs(files)
    assert settings.config["bus"] == "bus-8"
    assert settings.config["rules"]["overspeed_kmh"] == 60
    assert said(settings)[0].endswith("60 is used instead.")
    assert files.content[LAST] == files.content[FILE]
    assert Settings(Files(now=files.content[FILE])).config["rules"]["overspeed_kmh"] == 80


def test_wiring_errors_are_told_before_the_others():
    files = Files(now=b'{"fleet":"a b","bus":"c d","board":"x"}', last=GOOD)
    assert "board" in said(Settings(files))[1]


def test_a_safe_start_uses_what_ran_last():
    files = Files(now=NEWER, last=GOOD)
    settings = runs(files, is_safe=True)
    assert settings.config["bus"] == "bus-7"
    assert said(settings) == [
        "bus.json: the board has crashed again and again with it; the settings that ran last "
        "are used."
    ]
    assert files.content[LAST] == GOOD
    for last in (NEWER, None):
        settings = runs(Files(now=NEWER, last=last), is_safe=True)
        assert settings.config["bus"] == "bus-8" and settings.errors == []


def test_a_board_that_crashes_in_safe_starts_drives_no_pin():
    settings = runs(Files(now=NEWER, last=GOOD), is_safe=True, is_hopeless=True)
    assert not settings.config["wired"]
    assert "even safe starts" in said(settings)[0]


def test_flash_that_refuses_ends_nothing():
    files = Files(now=GOOD)
    files.is_full = True
    runs(files)
    assert files.content[LAST] is None
    files.is_full = False
    runs(files)
    assert files.content[LAST] == GOOD
    files.is_torn = True
    settings = runs(files)
    assert not settings.config["wired"]
    config = defaults()
    config.update(wired=False, board=None)
    assert settings.config == config


def test_a_file_that_changes_while_the_bus_runs_is_not_kept():
    files = Files(now=GOOD)
    settings = runs(files, 4)
    files.content[FILE] = NEWER
    settings.live(5 * MINUTE)
    assert files.content[LAST] is None
    files.content[FILE] = None
    settings = runs(Files(now=GOOD), 4)
    settings._files = files
    settings.live(5 * MINUTE)
    assert files.content[LAST] is None
