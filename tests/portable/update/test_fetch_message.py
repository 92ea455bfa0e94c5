"""What the bus says on `fetch`."""

from firmware.update.fetch_message import fetch


def test_an_update_asks_waits_and_refuses():
    asked = fetch("2c26b46b68ffc68f", "fetching", (8990, 600, 4378, 61240))
    assert asked == (
        b'{"v":1,"release":"2c26b46b68ffc68f","state":"fetching","at":8990,"bytes":600,'
        b'"have":4378,"need":61240}'
    )
    assert fetch("2c26", "ready", why="driving") == (
        b'{"v":1,"release":"2c26","state":"ready","why":"driving"}'
    )
    assert fetch("2c26", "refused", None, "older", "Too old.") == (
        b'{"v":1,"release":"2c26","state":"refused","why":"older","message":"Too old."}'
    )
