"""The press: what was recorded and who people are become a letter, whose bytes are kept nowhere.

The check code (核验码) on a letter is derived from the vault's own key. It makes the digest in the log tell nobody a
name: without that key no name can be tried against it. Never set a letter without it.
"""

from __future__ import annotations

from api.codes import query_code
from api.letters.people import filled, masked, officials_in, with_officials
from api.letters.typeset import Typesetter, digest, wording
from api.letters.values import Values, values_of
from api.parties import called
from domain.account import official
from eventlog.identity import Identity
from eventlog.log import EventLog
from workflows.letter_office import Made, Told


class LetterPress:
    """Sets letters for the office (implements `workflows.letter_office.Press`)."""

    def __init__(self, log: EventLog, typesetter: Typesetter) -> None:
        self.log, self.typesetter = log, typesetter

    def make(self, told: Told) -> Made:
        """Set a letter that is being issued. Raises `Invalid` when somebody's data or a font is missing."""
        return self.printed(told)[1]

    def printed(self, told: Told) -> tuple[bytes, Made]:
        """The file of a letter with its number, and what is recorded of it."""
        values, template = values_of(told), told.facts["template"]
        query = query_code(self.log.subjects, told.case.code)
        values |= {"preview": False, "check": self.check_code(told), "query": query}
        subjects, names = told.case.subjects, self._officials(values)
        known = self.log.subjects.get(subjects)
        # The digest of the words knows officials by account: who marries has not changed a letter.
        words, reads = filled(with_officials(values, {}), subjects, known)
        whole, _ = filled(with_officials(values, names), subjects, known)
        content = self.typesetter.pdf(template, whole, told.at)
        return content, Made(digest(content), wording(template, words), self.typesetter.maker, reads)

    def sample(self, told: Told) -> Values:
        """The values of a preview: no number, no check code, no citizen read."""
        values = values_of(told) | {"preview": True, "check": "", "query": ""}
        named = with_officials(values, self._officials(values))
        return masked(named, {subject: title.zh for subject, title in called(told.case.parties).items()})

    def _officials(self, values: Values) -> dict[str, str]:
        found = self.log.subjects.get(official(user) for user in officials_in(values))
        return {
            reference.removeprefix(official("")): one.name
            for reference, one in found.items()
            if isinstance(one, Identity)
        }

    def check_code(self, told: Told) -> str:
        """Four groups of four: 8F3A-91C2-7B04-E5D6."""
        facts = told.facts
        place = f"letter {told.case.code} {facts['issuer']} {facts['year']} {facts['serial']}"
        code = self.log.subjects.fingerprint(place.encode())[:16].upper()
        return "-".join(code[n : n + 4] for n in range(0, 16, 4))
