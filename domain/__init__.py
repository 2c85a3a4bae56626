"""What is true: cases, their events, units, deadlines. Imports only the standard library and eventsourcing.domain."""
