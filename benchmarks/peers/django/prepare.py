"""Make the peer's tables, and fill them from what the benchmark hands over on standard input (one JSON document).

{"units": [[code, name, level, parent, township]], "cases": [{field: value}], "rows": n}: every case gets n history rows
in all, as if it had been saved so often.
"""

import json
import os
import sys
from datetime import datetime, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()

from cases.models import Case, Unit  # noqa: E402
from django.core.management import call_command  # noqa: E402

STATES = ("village_mediation.mediating", "village_mediation.suspended")


def main():
    told = json.load(sys.stdin)
    call_command("migrate", "--run-syncdb", verbosity=0)
    units = [
        Unit(code=code, name=name, level=level, parent_id=parent or None, township_id=township or None)
        for code, name, level, parent, township in told["units"]
    ]
    Unit.objects.bulk_create(units, 1000)
    cases = Case.objects.bulk_create([Case(**one) for one in told["cases"]], 1000)
    Historical = Case.history.model
    skip = {"history_id", "history_date", "history_change_reason", "history_type", "history_user_id"}
    names = [field.attname for field in Historical._meta.concrete_fields if field.attname not in skip]
    records = []
    for case in cases:
        values = {name: getattr(case, name) for name in names}
        opened = datetime.fromisoformat(case.opened_at)
        for n in range(told["rows"]):
            last = n == told["rows"] - 1
            more = values | {"version": n + 1, "state": case.state if last else STATES[n % 2]}
            records.append(
                Historical(
                    **more,
                    history_date=opened + timedelta(seconds=20 * n),
                    history_type="~" if n else "+",
                    history_change_reason="resume: " if n % 2 else "suspend: ",
                    history_user_id="li.mediator (mediator, 990121001201-TW)",
                )
            )
    Historical.objects.bulk_create(records, 1000)
    print(Case.objects.count(), Historical.objects.count())


if __name__ == "__main__":
    main()
