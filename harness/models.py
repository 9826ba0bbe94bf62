"""What an adapter of a model uses: batches that are prepared, threads, devices, and what the harness reads of it."""

from harness.arrays.answered import answers_of as answers_of
from harness.arrays.given import features_of as features_of, source_of as source_of, table_of as table_of
from harness.engine.adapters import (
    Channel as Channel,
    Connection as Connection,
    Encoded as Encoded,
    Flow as Flow,
    connect as connect,
)
from harness.engine.capacity import Capacity as Capacity, calibrated as calibrated
from harness.engine.patience import Worker as Worker
from harness.suite.devices import choose_device as choose_device
from harness.paid.account import Account as Account
from harness.own.source import code_of as code_of
from harness.parts.errands import Errand as Errand, Errands as Errands
from harness.types import Model as Model, Output as Output
