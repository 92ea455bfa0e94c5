"""The flash's table: what the ESP32's boot loader asks of it, and what a journal needs."""

from sim.virtual.partitions import FLASH_BYTES, PARTITIONS, SECTOR_BYTES, TYPE_APP, partition


def test_partitions_follow_one_another_to_the_end_of_the_flash():
    end = PARTITIONS[0].offset
    for one in PARTITIONS:
        assert one.offset == end
        end += one.size
    assert end == FLASH_BYTES


def test_offsets_are_what_the_boot_loader_takes():
    """ESP-IDF: data at whole sectors, apps at whole 64 KiB, 0x8000 holds the table itself."""
    assert PARTITIONS[0].offset >= 0x9000
    for one in PARTITIONS:
        assert one.offset % (0x10000 if one.type == TYPE_APP else SECTOR_BYTES) == 0
        assert one.size % SECTOR_BYTES == 0
        assert len(one.name) <= 16


def test_the_journal_is_a_kind_that_no_port_of_micropython_mounts():
    """1.29 formats what has subtype fat, spiffs or littlefs; 0x40 up are for applications."""
    assert 0x40 <= partition("journal").subtype <= 0xFE and partition("journal").subtype != 0x81
    assert partition("journal").size >= 384 * 1024
