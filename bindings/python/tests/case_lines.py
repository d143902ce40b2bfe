# SPDX-License-Identifier: MIT
"""The lines of a case: what each does, and what it expects."""
from __future__ import annotations

import cpupolicy as cp
from case_state import (Broken, Cpu, Machine, State, command, number, place,
                        read_record, vendor_row)

VERDICTS = {cp.Verdict.FITS: "fits", cp.Verdict.FITS_WITH_NOTES: "notes",
            cp.Verdict.FITS_INSECURE: "insecure",
            cp.Verdict.DOES_NOT_FIT: "blocked"}



@command("machine")
def _machine(state: State, name: str, how: str, what: str) -> None:
    if how == "vendor":
        cpu = Cpu()
        row = vendor_row(what)
        cpu.rows = {(0, 0): [0x28, row.ebx, row.ecx, row.edx],
                    (1, 0): [0, 0, 0, 0],
                    (0x80000000, 0): [0x80000028, 0, 0, 0]}
        machine = Machine([cpu])
    elif how == "copy":
        machine = Machine([Cpu(c) for c in state.machines[what].cpus])
    elif how == "record":
        machine = Machine([])
        for core in read_record(what).cores:
            cpu = Cpu()
            for r in core.rows:
                cpu.rows.setdefault((r.leaf, r.subleaf),
                                    [r.eax, r.ebx, r.ecx, r.edx])
            cpu.msrs = dict(core.msrs)
            machine.cpus.append(cpu)
    else:
        raise Broken("expected vendor, record or copy")
    state.machines[name] = machine
    state.changes = machine


@command("cpu")
def _cpu(state: State) -> None:
    if not isinstance(state.changes, Machine):
        raise Broken("no machine")
    state.changes.cpus.append(Cpu(state.changes.cpus[-1]))


@command("drop")
def _drop(state: State, where: str) -> None:
    if not isinstance(state.changes, Machine):
        raise Broken("rows are dropped from machines")
    leaf, subleaf = place(where)
    rows = state.changes.cpus[-1].rows
    gone = [at for at in rows if at[0] == leaf and
            ("." not in where or at[1] == subleaf)]
    if not gone:
        raise Broken("there is no such row")
    for at in gone:
        del rows[at]


@command("host")
def _host(state: State, name: str, how: str, what: str, which: str = "",
          *options: str) -> None:
    if how == "vendor":
        policy = cp.Policy()
        policy.set_row(vendor_row(what))
    elif how == "model":
        policy = cp.Policy.model(what)
    elif how == "copy":
        policy = state.policy(what).copy()
    elif how in ("record", "machine"):
        if which not in ("offer", "accept"):
            raise Broken("offer or accept?")
        record = (read_record(what) if how == "record"
                  else state.machines[what].record())
        words = set(options)
        names = words - {"named", "guest"}
        policy, state.found = record.host_set(
            accept=which == "accept", hypervisor=(names or {"none"}).pop(),
            named="named" in words, guest="guest" in words)
    else:
        raise Broken(f"a host cannot be made by '{how}'")
    state.keep(name, policy)


def change_features(state: State, names: tuple[str, ...],
                    value: bool) -> None:
    """Set or clear bits of what was made last."""
    for name in names:
        feature = cp.parse_feature(name)
        if isinstance(state.changes, Machine):
            state.changes.cpus[-1].store(cp.feature_address(feature), value)
        elif state.changes is not None:
            state.changes.set(feature, value)
        else:
            raise Broken("nothing to change yet")


@command("+")
def _plus(state: State, *names: str) -> None:
    change_features(state, names, True)


@command("-")
def _minus(state: State, *names: str) -> None:
    change_features(state, names, False)


@command("=")
def _store(state: State, name: str, text: str) -> None:
    field, value = cp.find_field(name), number(text)
    if isinstance(state.changes, Machine):
        state.changes.cpus[-1].store(field.address, value)
    elif state.changes is not None:
        state.changes.set_number(field, value)


@command("row")
def _row(state: State, where: str, *registers: str) -> None:
    values = [int(r, 16) for r in registers]
    if isinstance(state.changes, Machine):
        state.changes.cpus[-1].rows[place(where)] = values
    elif state.changes is not None:
        state.changes.set_row(cp.Row(*place(where), *values))


@command("msr")
def _msr(state: State, index: str, value: str) -> None:
    if isinstance(state.changes, Machine):
        state.changes.cpus[-1].msrs[int(index, 16)] = int(value, 16)
    elif state.changes is not None:
        state.changes.set_msr(int(index, 16), int(value, 16))


# Operations


def less(state: State, name: str, operation: str, *arguments: object) -> None:
    """An operation that takes away, done to a named policy."""
    policy, state.found = getattr(state.policy(name), operation)(*arguments)
    state.policies[name] = policy


@command("normalize")
def _normalize(state: State, name: str) -> None:
    less(state, name, "normalize")


@command("hide")
def _hide(state: State, name: str, *features: str) -> None:
    less(state, name, "hide", features)


@command("cap")
def _cap(state: State, name: str, field: str, value: str) -> None:
    less(state, name, "cap", field, number(value))


@command("mask")
def _mask(state: State, name: str, mask: str) -> None:
    less(state, name, "mask", state.policy(mask))


@command("mode")
def _mode(state: State, name: str, mode: str) -> None:
    less(state, name, "apply_mode", mode)


@command("intersect")
def _intersect(state: State, name: str, a: str, b: str) -> None:
    state.keep(name, state.policy(a) & state.policy(b))


@command("baseline")
def _baseline(state: State, name: str, *hosts: str) -> None:
    def each():
        for word in hosts:
            host, _, times = word.partition("*")
            for _ in range(number(times or "1")):
                yield state.policy(host)
    policy, state.found = cp.baseline(each())
    state.keep(name, policy)


@command("save")
def _save(state: State, name: str, other: str) -> None:
    data = state.policy(other).encode()
    policy = cp.Policy.decode(data)
    if policy.encode() != data:
        state.complain("the same policy gave other bytes")
    state.keep(name, policy)


# Expectations


def expect(state: State, what: str, expected: object, got: object) -> None:
    """Complain where they differ."""
    if expected != got:
        state.complain(f"{what}: expected {expected}, got {got}")
        for finding in state.found[:12]:
            state.complain(f"  found {finding}")


@command("check")
def _check(state: State, guest: str, host: str, verdict: str) -> None:
    result = state.policy(guest).check(state.policy(host))
    state.found = result.findings
    expect(state, "check", verdict, VERDICTS[result.verdict])
    expect(state, "<=", verdict != "blocked",
           state.policy(guest) <= state.policy(host))


@command("lint")
def _lint(state: State, name: str, verdict: str) -> None:
    policy = state.policy(name)
    state.found = policy.lint()
    got = "works" if state.found else "clean"
    expect(state, "lint", verdict, "breaks" if policy.breaks() else got)


def is_about(finding: cp.Finding, what: str) -> bool:
    """Is the finding about that field, or about that bit?"""
    try:
        if finding.field == cp.find_field(what):
            return True
    except cp.Error:
        pass
    try:
        where = cp.feature_place(cp.parse_feature(what))
    except cp.Error:
        return False
    return finding.place == where[:4] and bool(finding.mask >> where[4] & 1)


def was_found(state: State, code: str, what: str = "", guest: str = "",
              host: str = "", grade: str = "") -> bool:
    """Did the last operation report this?"""
    if cp.finding_info(int(code[1:])) is None:
        raise Broken(f"{code} is not in the registry")
    return any(f.code == code and (not what or is_about(f, what)) and
               (not guest or (f.guest, f.host) == (number(guest),
                                                   number(host))) and
               (not grade or f.grade == cp.Grade[grade.upper()])
               for f in state.found)


@command("finding")
def _finding(state: State, *words: str) -> None:
    expect(state, f"finding {' '.join(words)}", True,
           was_found(state, *words))


@command("no-finding")
def _no_finding(state: State, *words: str) -> None:
    expect(state, f"finding {' '.join(words)}", False,
           was_found(state, *words))


@command("findings")
def _findings(state: State, count: str, grade: str = "") -> None:
    found = (state.found.of_grade(cp.Grade[grade.upper()]) if grade
             else state.found)
    expect(state, "findings", number(count), len(found))


@command("has")
def _has(state: State, name: str, *features: str) -> None:
    for feature in features:
        expect(state, f"{feature} in {name}", True,
               feature in state.policy(name))


@command("lacks")
def _lacks(state: State, name: str, *features: str) -> None:
    for feature in features:
        expect(state, f"{feature} in {name}", False,
               feature in state.policy(name))


@command("number")
def _number(state: State, name: str, field: str, value: str) -> None:
    expect(state, field, number(value), state.policy(name)[field])


@command("equal")
def _equal(state: State, a: str, b: str) -> None:
    expect(state, f"{a} == {b}", True, state.policy(a) == state.policy(b))


@command("differ")
def _differ(state: State, a: str, b: str) -> None:
    expect(state, f"{a} == {b}", False, state.policy(a) == state.policy(b))


@command("lost")
def _lost(state: State, before: str, after: str, *features: str) -> None:
    def own(name: str) -> set[str]:
        return {f.name for f in state.policy(name).features()
                if f.level not in (cp.Level.DERIVE, cp.Level.DONOR)}
    expect(state, "lost", {cp.find_field(f).name for f in features},
           own(before) - own(after))


@command("abi")
def _abi(state: State, name: str, level: str) -> None:
    expect(state, "ABI level", number(level), state.policy(name).abi_level)


@command("clock")
def _clock(state: State, guest: str, host: str, scales: str,
           answer: str) -> None:
    expect(state, "clock", answer == "yes", cp.check_clock(
        number(guest), number(host), scales == "scales"))


@command("virtualization")
def _virtualization(state: State, name: str, answer: str) -> None:
    expect(state, name, answer == "yes",
           state.machines[name].record().has_virtualization)


# What stands in the tables


@command("literal")
def _literal(state: State, mode: str, vendor: str, *features: str) -> None:
    names = cp.mode_features(mode, vendor)
    if names is None:
        raise Broken("no such mode for that vendor")
    expect(state, mode, {cp.find_field(f).name for f in features},
           {cp.find_field(f).name for f in names})
    expect(state, mode, len(features), len(names))


@command("rule")
def _rule(state: State, level: str, rule: str, grade: str,
          *names: str) -> None:
    for name in names:
        field = cp.find_field(name)
        expect(state, name, (level, rule, grade),
               (field.level.name.lower(), field.rule.name.lower(),
                field.grade.name.lower()))


@command("needs")
def _needs(state: State, name: str, *needs: str) -> None:
    expect(state, name, set(needs), set(cp.find_field(name).needs))


@command("expose")
def _expose(state: State, word: str, *names: str) -> None:
    for name in names:
        expect(state, name, word, cp.find_field(name).expose.name.lower())
