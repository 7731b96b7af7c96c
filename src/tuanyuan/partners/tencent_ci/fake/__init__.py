"""A bucket of ours that keeps to the contract (tencent-cos-ci.md). Never in production."""

from tuanyuan.partners.tencent_ci.fake.bucket import Stored, TencentCiFake
from tuanyuan.partners.tencent_ci.fake.operations import KINDS

__all__ = ["KINDS", "Stored", "TencentCiFake"]
