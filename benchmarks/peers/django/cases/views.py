"""Load, check, save with history; the history of a case; containment per township. Plain views: nothing in between."""

import json

from django.db import connection, transaction
from django.db.models import Count, F, Q
from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django_fsm import can_proceed, has_transition_perm

from cases.models import LEVELS, TRIGGERS, Case

TARGETS = {"minor": LEVELS["grid"], "major": LEVELS["village"], "serious": LEVELS["township"]}
NOT_COMPARED = {"id", "version"}


def problem(status, detail):
    return JsonResponse({"status": status, "detail": detail}, status=status)


@require_POST
def fire(request, code, trigger):
    if trigger not in TRIGGERS:
        return problem(404, f"no trigger {trigger}")
    body = json.loads(request.body)
    expected = request.headers.get("If-Match", "").strip('"')
    if not expected:
        return problem(428, "send If-Match")
    actor, now = body["actor"], timezone.now()
    with transaction.atomic():
        try:
            case = Case.objects.select_for_update().get(code=code)
        except Case.DoesNotExist:
            return problem(404, f"no case {code}")
        if str(case.version) != expected:
            return problem(412, f"version is {case.version}")
        method = getattr(case, trigger)
        if not has_transition_perm(method, actor):
            return problem(403, "not yours to do")
        if not can_proceed(method):
            return problem(409, f"not possible in {case.state}")
        try:
            method(now, **body.get("facts", {}))
        except (TypeError, ValueError) as error:
            return problem(422, str(error))
        case.version += 1
        case._history_user = f"{actor['user']} ({actor['post']}, {actor['unit']})"
        case._change_reason = f"{trigger}: {body.get('reason', '')}"
        case.save()
    answer = {
        "case": case.code,
        "trigger": trigger,
        "version": case.version,
        "state": case.state,
        "level": case.level,
        "holder": case.holder_id,
        "outcome": case.outcome or None,
        "recorded_at": now.isoformat(),
    }
    return JsonResponse(answer, headers={"ETag": f'"{case.version}"'})


@require_GET
def history(request, code):
    """Who, when, what changed, why; oldest first."""
    rows = list(Case.history.filter(code=code).order_by("history_date", "history_id").values())
    if not rows:
        return problem(404, f"no case {code}")
    items, before = [], {}
    for row in rows:
        about = {name: row.pop(name) for name in list(row) if name.startswith("history_")}
        changed = {
            name: value
            for name, value in row.items()
            if name not in NOT_COMPARED and before.get(name) != value
        }
        items.append(
            {
                "version": row["version"],
                "recorded_at": about["history_date"],
                "user": about["history_user_id"],
                "reason": about["history_change_reason"],
                "state": row["state"],
                "changed": {name: [before.get(name), value] for name, value in changed.items()},
            }
        )
        before = row
    return JsonResponse({"items": items, "next": None})


@require_GET
def containment(request):
    """Disputes closed in a period: how many were resolved at or below the level that their severity asks for."""
    since, until = request.GET["from"], request.GET["to"]
    within = Q()
    for severity, level in TARGETS.items():
        within |= Q(peak=severity, highest__lte=level)
    rows = (
        Case.objects.filter(closed_at__gte=since, closed_at__lt=until)
        .values(unit=F("origin__township_id"), reason=F("excluded"))
        .annotate(
            cases=Count("pk"), contained=Count("pk", filter=within & Q(outcome="resolved", reopened=False))
        )
    )
    found = {}
    for row in rows:
        one = found.setdefault(
            row["unit"], {"unit": row["unit"], "numerator": 0, "denominator": 0, "excluded": {}}
        )
        if row["reason"]:
            one["excluded"][row["reason"]] = row["cases"]
        else:
            one["numerator"], one["denominator"] = row["contained"], row["cases"]
    for one in found.values():
        one["value"] = round(one["numerator"] / one["denominator"], 4) if one["denominator"] else None
    return JsonResponse(
        {"rows": sorted(found.values(), key=lambda one: one["unit"]), "database": connection.vendor}
    )
