"""make firmware against esp32-mock-bootloader: what arrives on its flash is what was meant.

MicroPython's own firmware cannot be had here: sim/virtual/esp_image.py stands in for it.
"""

import subprocess
import sys

import pytest
from esp32_mock_bootloader import mock_bootloader
from flash_chip import chip_with_flash
from mp_image_tool_esp32.partition_table import PartitionTable
from vm import ROOT, micropython

from sim.virtual.esp_image import firmware_file
from sim.virtual.partitions import FLASH_BYTES, PARTITIONS, partition
from tools import erase, firmware_image
from tools.board import Trouble

FACTORY = 0x10000


@pytest.fixture(scope="module")
def binary():
    return firmware_file()


def refused(data):
    with pytest.raises(Trouble) as trouble:
        firmware_image.firmware(data, "file.bin")
    return str(trouble.value)


def test_a_firmware_file_is_taken_apart(binary):
    parts = firmware_image.firmware(binary, "file.bin")
    assert b"bootboot" in parts.bootloader and b"app!app!" in parts.app


def test_what_is_no_image_is_refused_with_a_sentence(binary):
    assert "0xE9" in refused(b"")
    assert "0xE9" in refused(b"# a readme\n" * 9000)
    assert "damaged" in refused(binary[:0x60])
    assert "no partition table" in refused(binary[:0x2000])
    for at in (0x20, len(binary) - 40):
        torn = bytearray(binary)
        torn[at] ^= 1
        assert "damaged" in refused(bytes(torn))
    other_chip = bytearray(binary)
    other_chip[12] = 5  # ESP32-C3
    assert "another chip (id 5" in refused(bytes(other_chip))
    mixed = bytearray(firmware_file("esp32s3"))
    mixed[FACTORY + 12] = 0
    assert "the application is for the ESP32, the rest for the ESP32-S3" in refused(bytes(mixed))
    no_table = bytearray(binary)
    no_table[0x7000:0x7C00] = b"\xff" * 0xC00
    assert "no partition table" in refused(bytes(no_table))


def test_the_table_is_the_one_of_tools_partitions():
    read = PartitionTable.from_bytes(firmware_image.table(), FLASH_BYTES)
    assert [(p.name, p.type, p.subtype, p.offset, p.size) for p in read] == [*PARTITIONS]


def tool(name, *given, says=None):
    command = [sys.executable, "-m", name, *given]
    return subprocess.run(
        command, cwd=ROOT, input=says, capture_output=True, text=True, check=False, timeout=120
    )


def holds(mock, folder, offset, data):
    """The flash holds these bytes there: by its MD5, as the chip counts it."""
    path = folder / "expected.bin"
    path.write_bytes(data)
    done = tool("esptool", "--port", mock.url(), "verify-flash", hex(offset), str(path))
    return done.returncode == 0


def put(mock, folder, offset, data):
    path = folder / "put.bin"
    path.write_bytes(data)
    done = tool("esptool", "--port", mock.url(), "write-flash", hex(offset), str(path))
    assert done.returncode == 0, done.stdout + done.stderr


def arrives(mock, folder, binary):
    path = folder / "file.bin"
    path.write_bytes(binary)
    done = tool("tools.firmware", "--port", mock.url(), "--bin", str(path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The flash is new" in done.stdout and not done.stderr, done.stderr
    parts = firmware_image.firmware(binary, "file.bin")
    assert holds(mock, folder, parts.chip.bootloader, parts.bootloader)
    assert holds(mock, folder, firmware_image.TABLE, firmware_image.table())
    assert holds(mock, folder, FACTORY, parts.app)


def test_on_an_esp32_s3_the_boot_loader_lies_at_the_beginning(tmp_path):
    with chip_with_flash("esp32s3", 8, tmp_path) as mock:
        arrives(mock, tmp_path, firmware_file("esp32s3", b"with Octal-SPIRAM .."))


def test_what_arrives_is_what_was_meant_and_a_journal_survives_the_next_flashing(binary, tmp_path):
    path = tmp_path / "file.bin"
    journal = partition("journal").offset
    with mock_bootloader(chip="esp32") as mock:
        put(mock, tmp_path, journal, b"of another life")
        arrives(mock, tmp_path, binary)
        assert holds(mock, tmp_path, partition("vfs").offset, firmware_image.filesystem())
        assert holds(mock, tmp_path, journal, b"\xff" * 4096)

        put(mock, tmp_path, journal, b"what a bus saw!!")
        done = tool("tools.firmware", "--port", mock.url(), "--bin", str(path))
        assert "as they were" in done.stdout, done.stdout + done.stderr
        assert holds(mock, tmp_path, journal, b"what a bus saw!!")

        assert (
            "Nothing was erased" in tool("tools.erase", "--port", mock.url(), says="yes\n").stdout
        )
        assert holds(mock, tmp_path, journal, b"what a bus saw!!")
        done = tool("tools.erase", "--port", mock.url(), says="ERASE\n")
        assert done.returncode == 0, done.stdout + done.stderr
        assert holds(mock, tmp_path, journal, b"\xff" * 4096)


def test_ctrl_c_at_the_question_has_erased_nothing(capsys, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["erase", "--port", "/dev/ttyNONE"])
    monkeypatch.setattr(erase.Prompt, "ask", interrupted)
    assert erase.main() == 1
    assert "Nothing was erased." in capsys.readouterr().out


def test_the_file_system_mounts_in_micropython_and_holds_boot_py(tmp_path):
    path = tmp_path / "vfs.bin"
    path.write_bytes(firmware_image.filesystem())
    program = f"""
import vfs
class Disk:
    data = bytearray(open({str(path)!r}, "rb").read())
    def readblocks(self, n, buf, off=0):
        buf[:] = self.data[n * 4096 + off : n * 4096 + off + len(buf)]
    def writeblocks(self, n, buf, off=0):
        self.data[n * 4096 + off : n * 4096 + off + len(buf)] = buf
    def ioctl(self, op, arg):
        return {{4: len(self.data) // 4096, 5: 4096, 6: 0}}.get(op)
vfs.mount(vfs.VfsLfs2(Disk()), "/disk")
with open("/disk/boot.py") as file:
    print(file.read(), end="")
with open("/disk/more", "w") as file:
    print("# writable", file=file)
"""
    done = micropython("-c", program)
    assert done.stdout == (ROOT / "boot.py").read_text(), done.stderr


def test_a_chip_and_a_flash_that_do_not_fit_the_file_are_refused_and_it_says_why(binary, tmp_path):
    path = tmp_path / "file.bin"
    for file, chip, told in (
        (binary, "esp32s3", "is an ESP32-S3, and the file is for the ESP32. Take the file "
         "ESP32_GENERIC_S3-SPIRAM_OCT"),
        (firmware_file("esp32s3"), "esp32", "is an ESP32, and the file is for the ESP32-S3. Take "
         "the file ESP32_GENERIC-SPIRAM"),
        (firmware_file("esp32s3"), "esp32s3", "The flash has 4MB; MicroPython for the ESP32-S3 "
         "needs 8MB or more."),
        (binary, "esp32c3", "ESP32-C3; Busguard's boards have an ESP32 or an ESP32-S3"),
    ):  # fmt: skip
        path.write_bytes(file)
        with mock_bootloader(chip=chip) as mock:
            done = tool("tools.firmware", "--port", mock.url(), "--bin", str(path))
        assert done.returncode == 1 and told in done.stderr, done.stderr


def test_a_file_that_leaves_octal_psram_unused_is_told(tmp_path):
    """The plain ESP32_GENERIC_S3 of micropython.org: right for an S3, and too small for the bus."""
    path = tmp_path / "file.bin"
    path.write_bytes(firmware_file("esp32s3"))
    with chip_with_flash("esp32s3", 8, tmp_path) as mock:
        done = tool("tools.firmware", "--port", mock.url(), "--bin", str(path))
    assert done.returncode == 0 and "does not use octal PSRAM" in done.stderr, done.stderr
