"""Reports: pure questions to the database, answered as dataclasses. Nothing here writes."""
