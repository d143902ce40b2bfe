# SPDX-License-Identifier: MIT
"""What CPU a virtual machine sees, and where it can move.

    import cpupolicy

    guest = cpupolicy.read("guest.json")       # a policy
    host = cpupolicy.read("node7.txt")         # a record, in any format
    result = guest.check(host.accept())
    if not result:
        for finding in result.findings:
            print(finding)

Needs the installed library libcpupolicy-host, and nothing else.
"""
from ._abi import lib as _lib
from .errors import Error, Status
from .fields import (Expose, Field, Grade, Level, Rule, feature_address,
                     feature_place, fields, find_field, parse_feature)
from .findings import (Finding, FindingInfo, Findings, Result, Verdict,
                       finding_info, finding_infos)
from .policy import (Policy, Row, baseline, check, check_clock,
                     mode_features)
from .record import Core, Record, formats, parse, read, read_all

_number = _lib.cpupolicy_version()
__version__ = f"{_number >> 16}.{_number >> 8 & 255}.{_number & 255}"

__all__ = [
    "Core", "Error", "Expose", "Field", "Finding", "FindingInfo", "Findings",
    "Grade", "Level", "Policy", "Record", "Result", "Row", "Rule", "Status",
    "Verdict", "baseline", "check", "check_clock",
    "feature_address", "feature_place", "fields", "find_field",
    "finding_info", "finding_infos", "formats", "mode_features", "parse",
    "parse_feature", "read", "read_all",
]
