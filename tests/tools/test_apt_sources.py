"""Deriving the source of Debian's testing suite from what the machine's apt is configured with, with made-up inputs."""

from __future__ import annotations

import pytest
from _setup.apt import Source, debian_mirrors, parse_deb822, parse_one_line, source_stanza

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def test_one_line_format() -> None:
    text = """
# deb http://commented.example/debian bookworm main
deb http://mirror.example/debian bookworm main contrib # trailing words
deb-src http://mirror.example/debian bookworm main
deb [arch=amd64 signed-by=/a.gpg,/b.gpg] https://other.example/debian/  bookworm-security   main
deb [trusted=yes] file:/srv/repo ./
not a line at all
"""
    assert parse_one_line(text) == [
        Source("http://mirror.example/debian", "bookworm", ("main", "contrib")),
        Source("https://other.example/debian/", "bookworm-security", ("main",), "/a.gpg /b.gpg"),
        Source("file:/srv/repo", "./", ()),
    ]


def test_deb822_format() -> None:
    text = f"""Types: deb deb-src
# a comment inside
URIs: http://one.example/debian http://two.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: {KEYRING}

Types: deb-src
URIs: http://sources.example/debian
Suites: bookworm
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
"""
    found = parse_deb822(text)
    assert [(source.uri, source.suite) for source in found] == [
        ("http://one.example/debian", "bookworm"),
        ("http://one.example/debian", "bookworm-updates"),
        ("http://two.example/debian", "bookworm"),
        ("http://two.example/debian", "bookworm-updates"),
    ]
    assert {source.signed_by for source in found} == {KEYRING}


def test_a_key_block_in_the_stanza_is_kept_line_by_line() -> None:
    block = "\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n -----END PGP PUBLIC KEY BLOCK-----"
    text = f"Types: deb\nURIs: http://m.example/d\nSuites: trixie\nComponents: main\nSigned-By:{block}\n"
    (found,) = parse_deb822(text)
    stanza = source_stanza(found, "testing")
    assert "Signed-By: " + block in stanza
    assert parse_deb822(stanza)[0].signed_by == found.signed_by


def test_only_debians_own_mirrors_count_and_the_likeliest_comes_first() -> None:
    sources = [
        Source("http://vendor.example/apt", "stable", ("main",), "/vendor.gpg"),
        Source("http://tools.example/debian", "bookworm", ("stable",), "/tools.gpg"),
        Source("http://security.example", "bookworm-security", ("main",), KEYRING),
        Source("cdrom:[Debian 12]/", "bookworm", ("main",)),
        Source("http://db.example/apt", "bookworm-db", ("main",)),
        Source("http://mirror.example/debian", "bookworm", ("main", "contrib"), KEYRING),
        Source("http://mirror.example/debian", "bookworm-updates", ("main",), KEYRING),
        Source("http://second.example/debian", "bookworm", ("main",)),
        Source("http://mirror.example/debian", "sid", ("main",), KEYRING),
    ]
    found = debian_mirrors(sources, "bookworm")
    assert [source.uri for source in found] == [
        "http://mirror.example/debian",
        "http://second.example/debian",
        "http://vendor.example/apt",
    ]


def test_a_release_unknown_to_us_counts_where_it_is_the_machines_own() -> None:
    sources = [Source("http://mirror.example/debian", "someday", ("main",))]
    assert debian_mirrors(sources) == []
    assert debian_mirrors(sources, "someday") == sources


@pytest.mark.parametrize("suite", ["testing", "unstable"])
def test_stanza_asks_the_same_mirror_for_another_suite_and_trusts_nothing_unsigned(suite: str) -> None:
    (source,) = parse_one_line(f"deb [trusted=yes signed-by={KEYRING}] http://mirror.example/debian bookworm main")
    stanza = source_stanza(source, suite)
    assert f"Suites: {suite}\n" in stanza
    assert "URIs: http://mirror.example/debian\n" in stanza
    assert f"Signed-By: {KEYRING}\n" in stanza
    assert "rusted" not in stanza
