"""Keys that vouch for a text: what is accepted, what is refused and why. No log here."""

import base64
import hashlib
import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from eventlog.errors import BadSigningKey, NotVouchedFor
from eventlog.signing import SigningKeys, lines, split

OLD, NEW = "17" * 31 + "a0", "4b" * 31 + "c3"  # of no use to anybody
TEXT = "gridcase/0011223344556677\n5\nAAAA\n"
NAME = "gridcase/0011223344556677"


def keys(*secrets):
    return SigningKeys.of("\n".join(secrets), "a test")


def test_a_note_is_opened_with_the_public_key_alone():
    note = keys(NEW).sign(NAME, TEXT)
    (public,) = lines(keys(NEW).all, NAME)
    signed = SigningKeys.of(public, "the auditor's file").opened(note)
    assert (signed.text, signed.name, signed.key_id) == (TEXT, NAME, public.split("+")[1])


def test_the_form_is_that_of_signed_notes_and_can_be_taken_apart_by_hand():
    note = keys(NEW).sign(NAME, TEXT)
    text, _, signature_line = note.rpartition("\n\n")
    dash, name, encoded = signature_line.rstrip("\n").split(" ")
    raw = base64.b64decode(encoded)
    public = base64.b64decode(lines(keys(NEW).all, NAME)[0].split("+", 2)[2])
    assert (dash, name, public[0], len(raw)) == ("—", NAME, 1, 4 + 64)
    assert raw[:4] == hashlib.sha256(f"{NAME}\n".encode() + public).digest()[:4]
    Ed25519PublicKey.from_public_bytes(public[1:]).verify(raw[4:], f"{text}\n".encode())


def test_the_first_secret_signs_and_older_ones_still_check():
    before = keys(OLD).sign(NAME, TEXT)
    rotated = keys(NEW, OLD)
    assert rotated.opened(before).key_id != rotated.opened(rotated.sign(NAME, TEXT)).key_id
    with pytest.raises(NotVouchedFor, match="not among those of a test"):
        keys(NEW).opened(before)


def test_signatures_of_others_below_ours_do_no_harm():
    note = keys(NEW).sign(NAME, TEXT)
    witnessed = note + keys(OLD).sign("witness.example", TEXT).rpartition("\n\n")[2]
    assert keys(NEW).opened(witnessed).text == TEXT
    assert [name for name, _, _ in split(witnessed)[1]] == [NAME, "witness.example"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda note: note.replace("\n5\n", "\n6\n"), "does not fit its text"),
        (lambda note: note[:-12] + ("A" if note[-12] != "A" else "B") + note[-11:], "does not fit its text"),
        (lambda note: note.replace("— gridcase", "— another"), "not among those of a test"),
        (lambda note: note.partition("—")[0], "no signature below"),
        (lambda note: note.replace("—", "-"), "no signed note"),
        (lambda note: "", "no signed note"),
    ],
)
def test_a_note_that_was_changed_is_refused_with_the_reason(change, why):
    with pytest.raises(NotVouchedFor, match=why):
        keys(NEW).opened(change(keys(NEW).sign(NAME, TEXT)))


def test_a_key_is_made_once_readable_by_its_owner_only_and_only_to_sign(tmp_path):
    path = tmp_path / "signing.key"
    assert SigningKeys.in_file(path, may_make=True).all == ()
    assert not path.exists()
    note = SigningKeys.in_file(path, may_make=True).sign(NAME, TEXT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SigningKeys.in_file(path).opened(note).text == TEXT


@pytest.mark.parametrize("line", ["", "# nothing", "00" * 31, "not hexadecimal", "name+00000000+AQ==", "a+b"])
def test_what_is_no_key_is_refused_without_repeating_it(line, tmp_path):
    path = tmp_path / "signing.key"
    path.write_text(f"{line}\n", encoding="ascii")
    with pytest.raises(BadSigningKey) as refused:
        _ = SigningKeys.in_file(path).first
    assert not line or line.startswith("#") or line not in str(refused.value)


def test_without_a_secret_nothing_is_signed(tmp_path):
    for some in (
        SigningKeys.of(lines(keys(NEW).all, NAME)[0], "public"),
        SigningKeys.in_file(tmp_path / "none"),
    ):
        with pytest.raises(BadSigningKey, match=r"no secret|no such file"):
            some.sign(NAME, TEXT)
