"""A Replicate of our own: predictions, files and signed webhooks, without any model."""

from __future__ import annotations

from tuanyuan.engines.replicate.fake.app import ReplicateFake
from tuanyuan.engines.replicate.fake.models import WORKFLOWS, Model
from tuanyuan.engines.replicate.fake.webhooks import signature

__all__ = ["WORKFLOWS", "Model", "ReplicateFake", "signature"]
