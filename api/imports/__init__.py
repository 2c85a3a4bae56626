"""Files from elsewhere: units, holiday calendars and the histories of cases, by a mapping file (docs/import.md)."""
