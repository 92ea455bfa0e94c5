"""The supported boards, one table a file. drivers/board/tables.py explains the columns.

A board keeps only its own table in memory: that module imports the one that it needs.
"""

# The same on every board: contacts that a bus may have (bus.json, inputs), at an MCP23017.
OPTIONAL = {
    "check_button_2": 7,
    "here_button": 8,
    "driver_seat": 9,
    "presence_1": 10,
    "presence_2": 11,
    "presence_3": 12,
    "presence_4": 13,
}
