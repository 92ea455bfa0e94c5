"""The folder of one broker: its configuration, its certificates, and the station's own.

Certificates are made once, and again a month before they end. The rest is written whenever the
register says something else than before; then the broker is told to read it again (SIGHUP).
"""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import signal
import subprocess
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import ModuleType

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select

from station.broker import mosquitto, nats, rights
from station.broker.rights import Known, Place, Register
from station.clock import Clock
from station.db.database import Database
from station.db.tables import identities
from station.identity import files
from station.identity.authority import Authority, general_name, own_certificate
from station.identity.errors import IdentityError
from station.identity.password import hashes_of, new_password

KINDS = {kind.NAME: kind for kind in (mosquitto, nats)}
NOBODY = Register((), ())
_A_BUS = re.compile(rf"{rights.ROOT}([/.])[^/.\s+*]+\1[^/.\s+*]+\1status".encode())
"""What one may send, in the words of either kind of broker."""
_RENEW = timedelta(days=30)


async def read_register(database: Database) -> Register:
    columns = (identities.c.fleet, identities.c.bus, identities.c.serial, identities.c.credential,
               identities.c.how, identities.c.revoked_ms)  # fmt: skip
    async with database.read() as connection:
        rows = (await connection.execute(select(*columns).order_by(identities.c.id))).all()
    known = tuple(
        Known(row.fleet, row.bus, row.serial, row.credential)
        for row in rows
        if row.revoked_ms is None
    )
    revoked = tuple(
        row.serial for row in rows if row.revoked_ms is not None and row.how == "certificate"
    )
    return Register(known, revoked)


class Configuration:
    """IdentityError from every method: what cannot be read or written."""

    def __init__(self, kind: str, folder: Path, authority: Authority, hosts: Sequence[str], *,
                 port: int, station_port: int | None, bind: str, user: str | None,
                 certificate: Path | None, key: Path | None, passwords: bool,
                 old_broker: bool = False, cluster: Sequence[str] = (),
                 node: int = 1):  # fmt: skip
        """cluster: host:port of every node, of which this is the node-th."""
        if old_broker and kind != mosquitto.NAME:
            raise IdentityError("--old-broker is for mosquitto alone.")
        _check_cluster(kind, cluster, node)
        self._kind: ModuleType = KINDS[kind]
        self.folder = folder.absolute()
        self._authority = authority
        self._nodes = [one.rpartition(":")[0] for one in cluster]
        self._hosts = list(dict.fromkeys([*hosts, *self._nodes]))
        self._own_certificate = certificate is not None
        self._owner, name = _owner(user)
        has_its_own = self._kind.STATION_HAS_A_PORT
        self.place = Place(
            str(self.folder), bind, port,
            (station_port or port + 1) if has_its_own else port, name,
            str((certificate or self.folder / "server.crt").absolute()),
            str((key or self.folder / "server.key").absolute()), passwords,
            hosts[0] if old_broker else None,
            None if certificate else str(self.folder / "authority.crt"), tuple(cluster), node - 1,
        )  # fmt: skip

    @property
    def config(self) -> Path:
        return self.folder / self._kind.CONFIG

    @property
    def station_has_a_password(self) -> bool:
        return self.place.passwords and not self._kind.STATION_HAS_A_PORT

    def write(self, register: Register) -> None:
        files.make_folder(self.folder)
        if register == NOBODY:
            self._refuse_to_forget()
        files.make_folder(self.folder / "store")
        if self._owner is not None:
            for folder in (self.folder, self.folder / "store"):
                os.chown(folder, self._owner, -1)
        self._certify()
        revoked = self._authority.revoked(register.revoked)
        self._put("revoked.crl", revoked)
        password = self._station_password()
        mine = [one for one in register.known if (one.password is not None) == self.place.passwords]
        more = [self._secret("route.password")] if self.place.cluster else []
        known = register._replace(known=tuple(mine))
        written = self._kind.files(self.place, known, password, *more)
        for name, text in written.items():
            self._put(name, text.encode())

    def _refuse_to_forget(self) -> None:
        """No bus was ever enrolled in this database: if buses connect now, it is another one."""
        path = self.folder / self._kind.NAMES_BUSES
        if path.exists() and _A_BUS.search(files.read(path)):
            raise IdentityError(
                f"This database has no bus, and the broker in {self.folder} lets buses in: name "
                "the station's database with --db. Nothing was changed."
            )

    def left_out(self, register: Register) -> list[str]:
        """Buses with a password where certificates are asked for, or the other way round."""
        return [
            one.user for one in register.known if (one.password is not None) != self.place.passwords
        ]

    def reload(self) -> bool:
        """Whether a broker was told to read its configuration again."""
        return self._tell(signal.SIGHUP)

    def is_running(self) -> bool:
        return self._tell(0)

    def _tell(self, number: int) -> bool:
        try:
            pid = int((self.folder / self._kind.PID).read_text())
            if not _is(pid, self._kind.PROGRAM):
                return False
            os.kill(pid, number)
        except (OSError, ValueError):
            return False
        return True

    def _certify(self) -> None:
        authority = self._authority.certificate.public_bytes(Encoding.PEM)
        self._put("authority.crt", authority)
        if not self._own_certificate and not self._lasts("server", self._is_of_hosts):
            self._put_pair("server", self._authority.broker(self._hosts))
        nodes = list(dict.fromkeys(self._nodes))
        if nodes and not self._lasts("node", lambda of: self._is_of(of, nodes)):
            self._put_pair("node", self._authority.broker(nodes, is_node=True))
        names = [rights.STATION, *[rights.OLD_BROKER] * (self.place.old_broker is not None)]
        for name in names:
            if not self._lasts(name, lambda _: True):
                self._put_pair(name, own_certificate(name))
        own = b"".join(files.read(self.folder / f"{name}.crt") for name in names)
        self._put("own.crt", own)
        self._put("clients.crt", authority + own)

    def _is_of_hosts(self, certificate: x509.Certificate) -> bool:
        return self._is_of(certificate, self._hosts)

    def _is_of(self, certificate: x509.Certificate, hosts: Sequence[str]) -> bool:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        wanted = [general_name(host) for host in hosts]
        return list(names) == wanted and self._authority.vouches_for(certificate)

    def _lasts(self, name: str, is_right) -> bool:
        """Whether this certificate is there and can go on being used."""
        paths = [self.folder / f"{name}.{end}" for end in ("crt", "key")]
        if not all(path.exists() for path in paths):
            return False
        with contextlib.suppress(ValueError, x509.ExtensionNotFound):
            certificate = x509.load_pem_x509_certificate(files.read(paths[0]))
            now = datetime.fromtimestamp(Clock().now_ms() / 1000, timezone.utc)
            return certificate.not_valid_after_utc - now > _RENEW and is_right(certificate)
        return False

    def _station_password(self) -> str:
        """Its hash; "": the station has a certificate."""
        if not self.station_has_a_password:
            return ""
        return hashes_of(self._secret("station.password"))[self._kind.NAME]

    def _secret(self, name: str) -> str:
        """A password that is made once."""
        path = self.folder / name
        if not path.exists():
            files.write_new(path, new_password().encode() + b"\n")
        return files.read(path).decode().strip()

    def _put_pair(self, name: str, made: tuple[bytes, bytes]) -> None:
        key, certificate = made
        self._put(f"{name}.key", key)
        self._put(f"{name}.crt", certificate)

    def _put(self, name: str, content: bytes) -> None:
        path = self.folder / name
        is_there = path.exists() and self._owner in (None, path.stat().st_uid)
        if not is_there or path.read_bytes() != content:
            files.write(path, content, self._owner)


def _check_cluster(kind: str, cluster: Sequence[str], node: int) -> None:
    if cluster and kind != nats.NAME:
        raise IdentityError("--cluster is for nats alone: mosquitto has one node.")
    if any(not re.fullmatch(r"[^\s:@/]+:\d{1,5}", one) for one in cluster):
        raise IdentityError("--cluster has to be host:port of each node, such as a:6222,b:6222.")
    if cluster and not 1 <= node <= len(cluster):
        raise IdentityError(f"--node has to be from 1 to {len(cluster)}.")


def _is(pid: int, program: str) -> bool:
    """Whether this process runs the program: the file of a broker that was killed may name another
    one, and a SIGHUP ends most of them."""
    comm = Path(f"/proc/{pid}/comm")
    if comm.parent.parent.joinpath("self").exists():  # Linux
        return comm.exists() and comm.read_text().strip() == program
    command = ["ps", "-o", "comm=", "-p", str(pid)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    return Path(told.stdout.strip()).name == program


def _owner(user: str | None) -> tuple[int | None, str]:
    """-> (who is to own the files, None: as it is; the name of who runs the broker)."""
    mine = os.geteuid()
    if user is None:
        return None, pwd.getpwuid(mine).pw_name
    try:
        owner = pwd.getpwnam(user).pw_uid
    except KeyError:
        raise IdentityError(f"This computer has no user {user}.") from None
    if mine not in (0, owner):
        raise IdentityError(f"Only root can write files for the user {user}.")
    return owner, user
