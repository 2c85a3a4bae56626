"""A dispute as a Django team would keep it: a row per case, a state field with guarded transitions, a history table."""

from datetime import timedelta

from django.db import models
from django_fsm import FSMField, transition
from simple_history.models import HistoricalRecords

BENCH = {"mediator", "handler", "unit_head"}
CAUSES = {"appraisal", "party_absent"}
LEVELS = {"grid": 0, "village": 1, "township": 2, "county": 3}


class Unit(models.Model):
    code = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=200)
    level = models.SmallIntegerField()
    parent = models.ForeignKey("self", models.PROTECT, null=True)
    township = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")  # for figures


def held_by(*posts):
    """Whoever has one of these posts in the unit that holds the case."""
    return lambda case, actor: actor["unit"] == case.holder_id and actor["post"] in posts


class Case(models.Model):
    code = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=200)
    category = models.CharField(max_length=40)
    channel = models.CharField(max_length=40)
    severity = models.CharField(max_length=20, default="minor")
    peak = models.CharField(max_length=20, default="minor")
    state = FSMField(default="reported", protected=True)
    level = models.SmallIntegerField(default=0)
    highest = models.SmallIntegerField(default=0)
    origin = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    holder = models.ForeignKey(Unit, models.PROTECT, related_name="held")
    chair = models.CharField(max_length=100, blank=True)
    outcome = models.CharField(max_length=20, blank=True)
    excluded = models.CharField(max_length=30, blank=True)  # why figures leave it out
    reopened = models.BooleanField(default=False)
    cause = models.CharField(max_length=40, blank=True)
    due = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, db_index=True)
    version = models.IntegerField(default=1)
    history = HistoricalRecords(
        history_change_reason_field=models.TextField(blank=True, default=""),
        history_user_id_field=models.CharField(max_length=100, null=True),
        history_user_getter=lambda record: record.history_user_id,
        history_user_setter=lambda record, user: setattr(record, "history_user_id", user),
    )

    @transition(
        state,
        "reported",
        "village_mediation.offered",
        permission=held_by("reporter", "mediator", "unit_head"),
    )
    def offer(self, at, unit):
        self.holder_id, self.level = unit, LEVELS["village"]
        self.highest = max(self.highest, self.level)

    @transition(state, "village_mediation.offered", "village_mediation.accepted", permission=held_by(*BENCH))
    def accept(self, at):
        self.due = at + timedelta(days=30)

    @transition(
        state,
        "village_mediation.accepted",
        "village_mediation.mediating",
        permission=held_by(*BENCH),
        conditions=[lambda case: bool(case.chair)],
    )
    def open_mediation(self, at):
        pass

    @transition(
        state, "village_mediation.mediating", "village_mediation.suspended", permission=held_by("unit_head")
    )
    def suspend(self, at, cause):
        if cause not in CAUSES:
            raise ValueError(f"cause: {cause} is not one of {', '.join(sorted(CAUSES))}")
        self.cause, self.paused_at = cause, at

    @transition(
        state, "village_mediation.suspended", "village_mediation.mediating", permission=held_by(*BENCH)
    )
    def resume(self, at):
        if self.due and self.paused_at:
            self.due += at - self.paused_at
        self.cause, self.paused_at = "", None

    @transition(state, "village_mediation.mediating", "closed", permission=held_by("unit_head"))
    def resolve(self, at):
        self.outcome, self.closed_at = "resolved", at


TRIGGERS = {"offer", "accept", "open_mediation", "suspend", "resume", "resolve"}
