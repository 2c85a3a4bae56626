"""A petition of the demonstration: who raises what, where it comes in, and who works on it.

What is done then is told by stories (petition_paths.py), of parts. Whether it may be done is decided by the workflow alone.
"""

from __future__ import annotations

from domain.actor import Actor
from domain.case import Party
from domain.terms import Channel, Role
from eventlog.identity import Identity
from gridcase.demo import wording as w
from gridcase.demo.casework import Matter
from gridcase.demo.district import CITY, CITY_PETITION_OFFICE, COUNTY, PETITION_OFFICE
from gridcase.demo.people import Official, citizen

R = Role
CHANNELS = {
    Channel.WEB: 34,
    Channel.LETTER: 18,
    Channel.VISIT: 20,
    Channel.PHONE: 8,
    Channel.HOTLINE: 18,
    Channel.FAX: 2,
}


class PetitionMatter(Matter):
    """One matter of a petitioner who lives in a grid."""

    TYPE, PREFIX = "petition", "P"
    field = ""  # what it is about; "" is anything
    local = False  # whether it is for the township itself to decide
    about: w.Request
    parties: tuple[str, ...]
    lead: PetitionMatter | None = None  # the same matter, raised before

    def receive(self, *, window: bool = False, channel: Channel | None = None) -> None:
        """收到: at the county's petition office, or at the township's window."""
        rng, work = self.rng, self.work
        self.about = (
            self.lead.about
            if self.lead
            else w.petition_request(
                rng, work.district.name(self.village), self.field, local=window or self.local
            )
        )
        self.origin = f"{self.township}-XF" if window else PETITION_OFFICE
        self.channel = channel or rng.choices(tuple(CHANNELS), tuple(CHANNELS.values()))[0]
        people: tuple[Identity, ...] = ()
        if self.lead:
            self.parties = self.lead.parties
        else:
            number, home = work.new_code("S"), work.district.name(self.grid)
            group = rng.randint(2, 4) if rng.random() < 0.08 else 1
            people = tuple(citizen(f"{number}{'abcd'[n]}", rng, home) for n in range(group))
            self.parties = tuple(one.subject_id for one in people)
        self.open(
            "receive",
            self.desk(),
            people,
            origin=self.origin,
            channel=self.channel,
            title=self.about.title,
            by_office=not window,
            record=f"{self.about.facts}信访人要求：{self.about.request}",
            parties=self._petitioners(),
            severity=self.severity,
        )

    def _petitioners(self) -> tuple[Party, ...]:
        return tuple(Party(subject, "petitioner") for subject in self.parties)

    def desk(self) -> Official:
        """Who writes it down at the counter that the petitioner comes to."""
        return self.one(self.origin, R.INTAKE)

    def petitioner(self) -> Actor:
        return self.citizen(self.parties[0], self.desk())

    def register(self, *, accused: str = "") -> None:
        self.do(
            "register",
            self.desk(),
            receipt=f"SJ{self.code[1:]}",
            petitioners=self._petitioners(),
            request=self.about.request,
            facts=self.about.facts,
            reasons="信访人提交了书面材料。",
            object_unit=accused,
            representatives=len(self.parties) if self.channel is Channel.VISIT else 0,
        )

    @property
    def centre(self) -> str:
        return f"{self.township}-ZX"

    @property
    def competent(self) -> str:
        """The unit that the matter belongs to: a bureau of the county, or the township's centre."""
        return f"{COUNTY}-{self.about.bureau}" if self.about.bureau else self.centre

    @property
    def handler(self) -> Official:
        return self.work.staff.by_user[self.case.handler]

    def counter(self) -> Official:
        """The counter of whoever holds it: of the petition office where a county or city holds it itself."""
        holder = str(self.case.holder)
        return self.one({COUNTY: PETITION_OFFICE, CITY: CITY_PETITION_OFFICE}.get(holder, holder), R.INTAKE)

    @property
    def responsible(self) -> str:
        return str(self.case.responsible)

    def outsider(self) -> Official:
        """Somebody of another unit than the one that handles it: the county for a township, and the other way round."""
        of_county = self.work.district.territory(self.responsible) == COUNTY
        return self.one(f"{self.township}-XF", R.INTAKE) if of_county else self.one(COUNTY, R.SUPERVISOR)
