"""Abuse of the PostgreSQL protocol: messages out of order, lengths that lie, doors that other servers
have. Each ends its own connection or is refused by code; the centre goes on, no file appears."""

import socket
import struct
import time
import unittest

import ground
from ground import harness

COUNT = b"SELECT count(*) FROM lycees"


def message(kind, body=b""):
    return kind + struct.pack("!I", len(body) + 4) + body


def startup(parameters, version=196608):
    body = struct.pack("!I", version) + b"".join(k + b"\0" + v + b"\0" for k, v in parameters) + b"\0"
    return struct.pack("!I", len(body) + 4) + body


def special(code, body=b""):
    return struct.pack("!II", len(body) + 8, code) + body


ALIX = [(b"user", b"alix"), (b"database", b"orientation")]
SYNC, FLUSH, TERMINATE = message(b"S"), message(b"H"), message(b"X")


def parse(text, name=b"", oids=()):
    return message(b"P", name + b"\0" + text + b"\0" + struct.pack(f"!H{len(oids)}I", len(oids), *oids))


def bind(statement=b"", portal=b"", values=(), formats=b"\0\0"):
    body = portal + b"\0" + statement + b"\0" + formats + struct.pack("!H", len(values))
    for value in values:
        body += struct.pack("!i", len(value)) + value
    return message(b"B", body + b"\0\0")


def execute(portal=b"", rows=0):
    return message(b"E", portal + b"\0" + struct.pack("!I", rows))


# (what, bytes after the start of a session, SQLSTATE that is heard, whether the session goes on)
WITHIN = (
    ("Bind before Parse", bind(b"nope") + SYNC, b"26000", True),
    ("Execute before Bind", execute(b"nope") + SYNC, b"34000", True),
    ("Describe of nothing", message(b"D", b"Snope\0") + SYNC, b"26000", True),
    ("Describe of a third kind", message(b"D", b"Xnope\0") + SYNC, b"08P01", False),
    ("Close of nothing", message(b"C", b"Pnope\0") + SYNC, None, True),
    ("a second start", startup(ALIX), b"08P01", False),
    ("a cancel request within", special(80877102, struct.pack("!II", 1, 1)), b"08P01", False),
    ("a request for SSL within", special(80877103), b"08P01", False),
    ("a password nobody asked for", message(b"p", b"secret\0"), b"08P01", False),
    ("CopyData without COPY", message(b"d", b"x" * 100) + SYNC, None, None),
    ("CopyDone without COPY", message(b"c") + SYNC, None, None),
    ("CopyFail without COPY", message(b"f", b"x\0") + SYNC, None, None),
    ("a function call", message(b"F", struct.pack("!IHHH", 1, 0, 0, 0)), b"08P01", False),
    ("an unknown kind", message(b"\x01", b"x"), b"08P01", False),
    ("a negative length", b"Q" + struct.pack("!i", -1), b"08P01", False),
    ("a length of zero", b"Q" + struct.pack("!I", 0), b"08P01", False),
    ("two gigabytes", b"Q" + struct.pack("!I", 0x7fffffff), b"08P01", False),
    ("a query without its end", message(b"Q", COUNT), b"08P01", False),
    ("a query with two ends", message(b"Q", COUNT + b"\0" + b"PRAGMA key\0"), b"08P01", False),
    ("parameters that are not there", parse(COUNT) + message(b"B", b"\0\0\0\0\xff\xff") + SYNC, b"08P01", False),
    ("a parameter longer than its message",
     parse(b"SELECT $1::text") + message(b"B", b"\0\0\0\0\0\1\x7f\xff\xff\xff\0\0") + SYNC, b"08P01", False),
    ("a parameter of length -2",
     parse(b"SELECT $1::text") + message(b"B", b"\0\0\0\0\0\1\xff\xff\xff\xfe\0\0") + SYNC, b"08P01", False),
    ("a format of 7", parse(b"SELECT $1::text") + bind(values=(b"x",), formats=b"\0\1\0\7") + SYNC, b"08P01", False),
    ("65,535 types", parse(COUNT, oids=(23,) * 65535) + SYNC, None, True),
    ("a type that doesn't exist", parse(b"SELECT $1", oids=(4_000_000_000,)) + bind(values=(b"x",)) + SYNC, None, True),
    ("more values than parameters", parse(COUNT) + bind(values=(b"x",) * 40) + SYNC, b"08P01", True),
    ("a NUL in a value", parse(b"SELECT $1::text") + bind(values=(b"a\0b",)) + SYNC, b"22021", True),
    ("bytes that are no UTF-8", parse(b"SELECT $1::text") + bind(values=(b"\xff",)) + SYNC, b"22021", True),
    ("a binary number of three bytes",
     parse(b"SELECT $1::int8", oids=(20,)) + bind(values=(b"abc",), formats=b"\0\1\0\1") + SYNC, b"22P03", True),
    ("a statement named like SQL", parse(COUNT, b"x'; DROP TABLE lycees; --") + SYNC, None, True),
    ("5,000 statements prepared", b"".join(parse(b"SELECT 1", b"s%d" % i) for i in range(5000)) + SYNC, b"53400", True),
    ("5,000 portals", parse(b"SELECT 1", b"one") + b"".join(bind(b"one", b"p%d" % i) for i in range(5000)) + SYNC,
     b"53400", True),
    ("two statements in one Parse", parse(b"SELECT 1; SELECT 2") + SYNC, b"42601", True),
    ("ten thousand Syncs", SYNC * 10_000, None, True),
    ("a Flush flood", FLUSH * 10_000 + SYNC, None, True),
)
# (what, the connection's first bytes, what must stand in the answer)
AT_THE_START = (
    ("another protocol", startup(ALIX, version=0x00020000), b"08P01"),
    ("a start without an end", struct.pack("!II", 9, 196608) + b"x", b"08P01"),
    ("a start of 100 MB", struct.pack("!II", 100_000_000, 196608), b"08P01"),
    ("a start of 3 bytes", struct.pack("!I", 3), b"08P01"),
    ("HTTP", b"GET / HTTP/1.1\r\n\r\n", b"08P01"),
    ("no user", startup([]), b"FATAL"),
    ("a user with a path", startup([(b"user", b"../../root"), (b"database", b"orientation")]), b"FATAL"),
    ("a project with a path", startup([(b"user", b"alix"), (b"database", b"../orientation")]), b"FATAL"),
    ("a project with SQL", startup([(b"user", b"alix"), (b"database", b"x' OR '1'='1")]), b"FATAL"),
    ("a name that is no UTF-8", startup([(b"user", b"\xff\xfe"), (b"database", b"orientation")]), b"FATAL"),
    ("a long name", startup([(b"user", b"a" * 5000), (b"database", b"orientation")]), b"FATAL"),
    ("replication", startup([*ALIX, (b"replication", b"true")]), None),
    ("options with SQL", startup([*ALIX, (b"options", b"-c search_path='; DROP TABLE lycees; --")]), None),
    ("options that are a setting of the server", startup([*ALIX, (b"options", b"-c data_directory=/tmp")]), b"FATAL"),
    ("options for another role", startup([*ALIX, (b"options", b"-c role=root")]), b"FATAL"),
    ("options with a NUL's worth of dashes", startup([*ALIX, (b"options", b"-" * 5000)]), None),
    ("GSS and then SSL and then nothing", special(80877104) + special(80877103), b"N"),
)


class Protocol(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = ground.Ground()

    @classmethod
    def tearDownClass(cls):
        cls.centre.stop()
        cls.centre.verify_log()
        cls.centre.__exit__()

    def setUp(self):
        self.before = self.centre.tree()

    def tearDown(self):
        after = self.centre.tree()
        self.assertEqual(sorted(p for p in after.keys() | self.before.keys() if after.get(p) != self.before.get(p)), [])
        self.assertEqual(int(self.centre.psql("alix", "orientation", COUNT.decode()).out), len(self.centre.rows))

    def raw(self):
        stream = socket.socket(socket.AF_UNIX)
        stream.settimeout(20)
        stream.connect(str(self.centre.home / "run" / ".s.PGSQL.5432"))
        self.addCleanup(stream.close)
        return stream

    def until(self, stream, end):
        """Bytes up to one that ends with `end`, or to the stream's end."""
        heard = b""
        try:
            while not heard.endswith(end):
                more = stream.recv(1 << 16)
                if not more:
                    break
                heard += more
        except ConnectionError:
            pass
        return heard

    def started(self):
        stream = self.raw()
        stream.sendall(startup(ALIX))
        self.assertTrue(self.until(stream, b"Z\0\0\0\x05I").endswith(b"I"))
        return stream

    def test_each_abuse_within_a_session(self):
        for what, sent, state, goes_on in WITHIN:
            with self.subTest(what=what):
                stream = self.started()
                try:
                    stream.sendall(sent)
                    if goes_on is not True:
                        stream.sendall(message(b"Q", b"SELECT 4711\0"))
                        stream.shutdown(socket.SHUT_WR)
                        heard = self.until(stream, b"\xff" * 9)  # to its end
                    else:
                        stream.sendall(message(b"Q", b"SELECT 4711\0"))
                        heard = b""
                        while b"4711" not in heard:
                            more = stream.recv(1 << 16)
                            self.assertTrue(more, "the session is over")
                            heard += more
                except (BrokenPipeError, ConnectionError):
                    heard = self.until(stream, b"\xff" * 9)
                if state:
                    self.assertIn(state, heard)
                if goes_on is False:
                    self.assertNotIn(b"4711", heard)
                stream.close()

    def test_each_abuse_at_the_start(self):
        for what, sent, expected in AT_THE_START:
            with self.subTest(what=what):
                stream = self.raw()
                try:
                    stream.sendall(sent)
                    stream.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
                heard = self.until(stream, b"\xff" * 9)
                if expected:
                    self.assertIn(expected, heard)
                stream.close()

    def test_guessed_cancel_keys_stop_nobody(self):
        victim = self.centre.connect("alix", "orientation", autocommit=True)
        self.addCleanup(victim.close)
        victim.pgconn.send_query(b"SET statement_timeout TO '3s'; SELECT count(*) FROM lycees a, lycees b, lycees c "
                                 b"WHERE a.note + b.note > c.note AND a.rang < 12 AND b.rang < 60")
        number = victim.pgconn.backend_pid
        for key in range(60):
            stream = self.raw()
            stream.sendall(special(80877102, struct.pack("!II", number, key * 71_582_788)))
            stream.close()
        states = []
        while (result := victim.pgconn.get_result()) is not None:
            states.append((result.status, result.error_field(67)))
        self.assertFalse([s for s in states if s[1] == b"57014" and "cancelled" in str(s)], states)
        victim.execute("SELECT 1")

    def test_clients_that_trickle_or_hold_are_given_up_and_hinder_nobody(self):
        slow = [self.raw() for _ in range(20)]
        for stream in slow:
            stream.sendall(b"\0")
        self.assertEqual(int(self.centre.psql("alix", "orientation", COUNT.decode()).out), len(self.centre.rows))
        begun = time.monotonic()
        for stream in slow:
            self.until(stream, b"\xff" * 9)
        self.assertLess(time.monotonic() - begun, 19)


if __name__ == "__main__":
    harness.main()
