"""State machines over a database: a world made once, and examples that leave no trace in it."""

import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


class Rewound(RuleBasedStateMachine):
    """Whatever an example writes is rolled back; its clock stands still until it is shifted."""

    def __init__(self) -> None:
        super().__init__()
        self.undoing = transaction.atomic()
        self.undoing.__enter__()
        self.clock = time_machine.travel(timezone.now(), tick=False)
        self.coordinates = self.clock.start()

    def teardown(self) -> None:
        self.clock.stop()
        transaction.set_rollback(True)
        self.undoing.__exit__(None, None, None)


def explore(machine: type[Rewound], *, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
