"""AT commands on a UART, one at a time, without ever waiting.

Other input is kept apart: the echo, unsolicited result codes (URCs) in the middle of an
answer, NMEA, garbage. drain() discards an answer that comes too late, so that it is not the
answer to the next command.

Source: ITU-T V.250, 5.2 (command line), 5.7.1 (result codes); 3GPP TS 27.007, 9.1 and 9.2.
"""

from micropython import const

TIMED_OUT = "no answer"

_LONGEST = const(128)  # bytes of a line; a longer one is discarded
_AT_A_TIME = const(64)  # bytes in one poll
_KEPT = const(6)  # lines of an answer, and URCs
_FAILURES = ("ERROR", "NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE")


class At:
    """uart: machine.UART. answers: the lines of the last command's answer, as str.

    urcs: unsolicited lines, as str, the newest six.
    """

    def __init__(self, uart):
        self._uart = uart
        self._byte = bytearray(1)
        self._line = bytearray(_LONGEST)
        self._n = 0
        self._command = ""
        self._prefix = ""
        self._due_ms = 0
        self.answers = []
        self.urcs = []

    def ask(self, command, now_ms, timeout_ms):
        """command: str without its AT, such as "+CSQ". poll() returns the result."""
        self._command = "AT" + command
        name = command.split("=")[0].split("?")[0]
        self._prefix = name + ":" if name[:1] in ("+", "*") else ""
        self._due_ms = now_ms + timeout_ms
        self.answers = []
        self._uart.write(self._command.encode() + b"\r")

    def poll(self, now_ms):
        """-> None, then str, the final result: OK, CONNECT, ERROR, +CME ERROR: 10, ...

        Stops reading right after it: what follows a CONNECT belongs to PPP.
        """
        for _ in range(_AT_A_TIME):
            if not self._uart.any() or not self._uart.readinto(self._byte):
                break
            line = self._take(self._byte[0])
            if line:
                result = self._sort(line)
                if result:
                    self._command = ""
                    return result
        if now_ms >= self._due_ms:
            self._command = ""
            return TIMED_OUT
        return None

    def drain(self):
        """Discards what has come -> bool: there was something. Lines in it are kept as URCs."""
        self._command = ""
        return self.listen()

    def listen(self):
        """Reads URCs between commands -> bool: something came."""
        came = False
        for _ in range(_AT_A_TIME):
            if not self._uart.any() or not self._uart.readinto(self._byte):
                break
            came = True
            line = self._take(self._byte[0])
            if line:
                self._keep(self.urcs, line)
        return came

    def _take(self, byte):
        """Takes a byte -> the line that it ends, as str, or None."""
        if byte == 0x0D or byte == 0x0A:
            line = bytes(self._line[: self._n]).decode() if self._n <= _LONGEST else None
            self._n = 0
            return line if line and line[0] != "$" else None
        if byte < 0x20 or byte > 0x7E:
            self._n = _LONGEST + 1  # a modem writes no such byte: the line is discarded
        elif self._n < _LONGEST:
            self._line[self._n] = byte
            self._n += 1
        else:
            self._n = _LONGEST + 1
        return None

    def _sort(self, line):
        """-> the line if it is a final result; else None, and the line is put where it belongs."""
        if line == self._command:
            return None
        if line == "OK" or line in _FAILURES:
            return line
        if line.startswith("CONNECT"):
            return "CONNECT"
        if line.startswith("+CME ERROR:") or line.startswith("+CMS ERROR:"):
            return line
        if self._prefix and not line.startswith(self._prefix):
            self._keep(self.urcs, line)
        else:
            self._keep(self.answers, line)
        return None

    def _keep(self, lines, line):
        if len(lines) >= _KEPT:
            lines.pop(0)
        lines.append(line)
