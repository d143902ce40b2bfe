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
from .differences import Difference, contents, differences, gained
from .drift import (Agent, Cause, Change, Direction, Drift, Evidence, Fate,
                    GuestFate, Told)
from .errors import Error, Status
from .fields import (Expose, Field, Grade, Level, Rule, feature_address,
                     feature_place, fields, find_field, parse_feature)
from .findings import (Component, Finding, FindingInfo, Findings, Result,
                       Verdict, finding_info, finding_infos)
from .levelling import Faulting, Kind, MsrWrite, Plan, levelling
from .models import Fit, Model, Relation, Vendor, find_model, fit, models
from .policy import (Policy, Row, baseline, check, check_clock,
                     mode_features)
from .profiles import Profile, find_profile, profiles
from .record import Core, Record, formats, parse, read, read_all

_number = _lib.cpupolicy_version()
__version__ = f"{_number >> 16}.{_number >> 8 & 255}.{_number & 255}"

__all__ = [
    "Agent", "Cause", "Change", "Component", "Core", "Difference",
    "Direction", "Drift", "Error", "Evidence", "Expose", "Fate", "Faulting",
    "Field", "Finding", "FindingInfo", "Findings", "Fit", "Grade",
    "GuestFate", "Kind", "Level", "Model", "MsrWrite", "Plan", "Policy",
    "Profile", "Record", "Relation", "Result", "Row", "Rule", "Status",
    "Told", "Vendor", "Verdict", "baseline", "check", "check_clock",
    "contents", "differences", "feature_address", "feature_place", "fields",
    "find_field", "find_model", "find_profile", "finding_info",
    "finding_infos", "fit", "formats", "gained", "levelling",
    "mode_features", "models", "parse", "parse_feature", "profiles", "read",
    "read_all",
]
