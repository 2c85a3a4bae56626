"""What the log refuses, each in a sentence with a remedy. Edges map these; do not put rules of the township here.

LogError
├── BadUrl              the database URL is not usable
├── BadMasterKey        what should be a master key is not one
├── BadSigningKey       what should be a key for checkpoints is not one
├── Unavailable         the database does not answer, or its tables are missing or too new
│   └── MasterKeyMissing  … or the key that opens what is known of people
├── AggregateNotFound   (also a KeyError) nothing is recorded under this id
├── Conflict            somebody recorded first; nothing of this append was recorded
├── KeyTaken            this command was recorded before; read its answer with answer_of()
├── Unencodable         an event holds a value that the log could not give back; nothing was recorded
├── Unreadable          a stored event has a form that this program does not know
│   └── UnknownTopic    … or a topic
├── NotAnExport         a file is no export of a log
├── NotVouchedFor       nobody whose key is known signed this checkpoint
├── Tampered            the log is not what was recorded
├── BadBackup           a backup cannot be written, was cut or is damaged
├── NotEmpty            a backup comes back into an empty database only
├── SealBroken          what is known of a person was changed outside of the program, or belongs to another
└── SubjectEmptied      the person's data was erased and must not come back
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from eventsourcing.persistence import IntegrityError, MapperDeserialisationError, PersistenceError


class LogError(PersistenceError):
    """Anything the log refuses."""


class BadUrl(LogError, ValueError):
    """The database URL is not usable. The message never repeats a password."""


class Unavailable(LogError):
    """The database does not answer, or holds no tables (or newer ones) of this log."""


class BadMasterKey(LogError, ValueError):
    """What should be a master key is not one. The message never repeats it. `line` is 0 for the whole text."""

    def __init__(self, where: str, line: int, why: str = "") -> None:
        self.where, self.line = where, line
        place = f"{where}, line {line}" if line else where
        super().__init__(
            f"{place}: there is no master key of 64 random hexadecimal digits{f' ({why})' if why else ''}. "
            "Make one with `gridcase keys new` or `openssl rand -hex 32`, one key per line."
        )


class MasterKeyMissing(Unavailable):
    """People are sealed with a master key that this process does not have (`key_id` "": it has none at all)."""

    def __init__(self, key_id: str, where: str, have: Sequence[str] = ()) -> None:
        self.key_id, self.where, self.have = key_id, where, tuple(have)
        held = f"{where} holds {', '.join(have)}" if have else f"{where} holds no key"
        if key_id:
            said = f"People in this database are sealed with master key {key_id}; {held}. Bring that key back"
            remedy = " (one per line, the newest first); see docs/privacy.md. Nothing can be read without it."
        else:
            said = f"People are kept encrypted, and {held}. Set GRIDCASE_MASTER_KEY_FILE"
            remedy = " to a file made by `gridcase keys new` or `openssl rand -hex 32`; see docs/privacy.md."
        super().__init__(said + remedy)


class AggregateNotFound(LogError, KeyError):
    """Nothing is recorded under this id (up to the version asked for)."""

    def __init__(self, aggregate_id: UUID, version: int | None = None) -> None:
        self.aggregate_id, self.version = aggregate_id, version
        upto = "" if version is None else f" up to version {version}"
        super().__init__(f"The log holds nothing for aggregate {aggregate_id}{upto}.")

    def __str__(self) -> str:
        return str(self.args[0])


class Conflict(LogError, IntegrityError):
    """Somebody recorded this version of the aggregate first. Nothing of this append was recorded."""

    def __init__(self, aggregate_id: UUID, version: int) -> None:
        self.aggregate_id, self.version = aggregate_id, version
        super().__init__(
            f"Aggregate {aggregate_id} already has its version {version}: somebody recorded first. "
            "Load it again and decide anew."
        )


class KeyTaken(LogError, IntegrityError):
    """A command with this key is recorded. Nothing of this append was recorded."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(
            f"A command with key {key!r} was recorded before. Read its answer with answer_of(key)."
        )


class Unencodable(LogError, TypeError):
    """An event holds a value that could not be given back as it is. Nothing was recorded."""

    def __init__(self, event_class: type, field: str, remedy: str) -> None:
        self.event_class, self.field = event_class, field
        super().__init__(f"{event_class.__qualname__}.{field} cannot be kept in the log. {remedy}")


class Unreadable(LogError, MapperDeserialisationError):
    """A stored event has a form that this program does not know. Nothing was skipped."""

    def __init__(self, topic: str, position: int | None, why: str) -> None:
        self.topic, self.position = topic, position
        super().__init__(f"Event {topic!r} at position {position} cannot be read: {why}")


class UnknownTopic(Unreadable):
    """A stored event has a topic that no imported class carries."""

    def __init__(self, topic: str, position: int | None) -> None:
        remedy = "Upgrade the program, or import the module that defines it."
        super().__init__(topic, position, f"no imported class has this TOPIC. {remedy}")


class SealBroken(LogError):
    """What is known of a person does not open: changed outside of the program, or put into another's row."""

    def __init__(self, subject_id: str, why: str) -> None:
        self.subject_id = subject_id
        super().__init__(
            f"What is known of subject {subject_id!r} {why}. Compare the row with the last backup; the key is right."
        )


class SubjectEmptied(LogError):
    """The person's data was erased. It must not come back under the same reference."""

    def __init__(self, subject_id: str) -> None:
        self.subject_id = subject_id
        super().__init__(f"Subject {subject_id!r} was erased. Use a new subject for a new matter.")


class BadSigningKey(LogError, ValueError):
    """What should be a signing or public key is not one. The message never repeats it. `line` is 0 for the whole text."""

    def __init__(self, where: str, line: int, why: str = "") -> None:
        self.where, self.line = where, line
        place = f"{where}, line {line}" if line else where
        super().__init__(
            f"{place}: there is no key that signs checkpoints or checks them{f' ({why})' if why else ''}. A secret is 64 "
            "random hexadecimal digits (`openssl rand -hex 32`), a public key a line of `gridcase checkpoint keys`."
        )


class NotAnExport(LogError, ValueError):
    """A file that `gridcase checkpoint export` did not write, or a newer one did."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} is not an export of a log that can be checked: {why}.")


class NotVouchedFor(LogError, ValueError):
    """A checkpoint that nobody signed whose key is given; the message says why."""


class Tampered(LogError):
    """The log is not what was recorded. Nothing more is signed; `position` is the first wrong place."""

    def __init__(self, position: int, sentence: str) -> None:
        self.position, self.sentence = position, sentence
        super().__init__(
            f"{sentence} Nothing more is signed: keep the database as it is, and see `gridcase verify`."
        )


class BadBackup(LogError):
    """A backup cannot be written or read; the message says what is wrong with which part."""

    def __init__(self, path: object, why: str) -> None:
        super().__init__(f"The backup {path} {why}")


class NotEmpty(LogError):
    """A backup comes back into an empty database only."""
