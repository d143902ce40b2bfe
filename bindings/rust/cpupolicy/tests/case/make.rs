// SPDX-License-Identifier: MIT
//! The lines of a case that make machines and policies, and change them.

use super::{
    feature, field, hex, number, place, vendor_row, Changes, Cpu, Result,
    State, Trouble,
};
use cpupolicy::{Baseline, Feature, Finding, Options, Policy, Row};

/// None: no such word here.
pub fn run(state: &mut State, words: &[&str]) -> Option<Result> {
    let rest = &words[1..];
    Some(match words[0] {
        "machine" => machine(state, rest),
        "cpu" => cpu(state),
        "drop" => drop_row(state, rest),
        "host" => host(state, rest),
        "+" => change(state, rest, 1),
        "-" => change(state, rest, 0),
        "=" => store(state, rest),
        "row" => row(state, rest),
        "msr" => msr(state, rest),
        "normalize" => less(state, rest[0], |p, found| {
            p.normalize(|f| found.push(f));
            Ok(())
        }),
        "hide" => hide(state, rest),
        "cap" => cap(state, rest),
        "mask" => mask(state, rest),
        "mode" => less(state, rest[0], |p, found| {
            Ok(p.apply_mode(rest[1], |f| found.push(f))?)
        }),
        "intersect" => intersect(state, rest),
        "baseline" => baseline(state, rest),
        "save" => save(state, rest),
        _ => return None,
    })
}

fn machine(state: &mut State, w: &[&str]) -> Result {
    let cpus = match w[1] {
        "vendor" => {
            let head = Row { eax: 0x28, ..vendor_row(w[2])? };
            let one = Row { leaf: 1, ..Row::default() };
            let leaf = 0x8000_0000;
            let high = Row { leaf, eax: leaf + 0x28, ..Row::default() };
            vec![Cpu { rows: vec![head, one, high], msrs: Vec::new() }]
        }
        "copy" => state
            .machines
            .get(w[2])
            .cloned()
            .ok_or_else(|| format!("no machine '{}' yet", w[2]))?,
        "record" => state
            .read(w[2])?
            .cores()
            .into_iter()
            .map(|(rows, msrs)| Cpu { rows, msrs })
            .collect(),
        how => return Err(format!("no machine by '{}'", how).into()),
    };
    state.machines.insert(w[0].into(), cpus);
    state.changes = Changes::Machine(w[0].into());
    Ok(())
}

fn cpu(state: &mut State) -> Result {
    let name = match &state.changes {
        Changes::Machine(name) => name.clone(),
        _ => return Err(String::from("no machine").into()),
    };
    if let Some(cpus) = state.machines.get_mut(&name) {
        let last = cpus.last().cloned().unwrap_or_default();
        cpus.push(last);
    }
    Ok(())
}

fn drop_row(state: &mut State, w: &[&str]) -> Result {
    let (leaf, subleaf) = place(w[0])?;
    let all = !w[0].contains('.');
    let cpu = state
        .cpu()
        .ok_or_else(|| String::from("rows are dropped from machines"))?;
    let before = cpu.rows.len();
    cpu.rows.retain(|r| r.leaf != leaf || !all && r.subleaf != subleaf);
    if cpu.rows.len() == before {
        return Err(String::from("there is no such row").into());
    }
    Ok(())
}

fn host(state: &mut State, w: &[&str]) -> Result {
    let policy = match w[1] {
        "vendor" => {
            let mut policy = Policy::default();
            policy.set_row(&vendor_row(w[2])?)?;
            policy
        }
        "model" => Policy::model(w[2])?,
        "copy" => state.policy(w[2])?,
        "record" | "machine" => host_of_machine(state, w)?,
        how => return Err(format!("no host by '{}'", how).into()),
    };
    state.keep(w[0], policy);
    Ok(())
}

fn host_of_machine(
    state: &mut State,
    w: &[&str],
) -> std::result::Result<Policy, Trouble> {
    let record = match w[1] {
        "record" => state.read(w[2])?,
        _ => state.record(w[2])?,
    };
    let mut options = Options::default();
    options.accept = match w.get(3) {
        Some(&"accept") => true,
        Some(&"offer") => false,
        _ => return Err(String::from("offer or accept?").into()),
    };
    for word in &w[4..] {
        match *word {
            "named" => options.named = true,
            "guest" => options.guest = true,
            name => options.hypervisor = name,
        }
    }
    state.found.clear();
    Ok(record.host_set(options, |f| state.found.push(f))?)
}

fn change(state: &mut State, names: &[&str], value: u32) -> Result {
    for name in names {
        let feature = feature(name)?;
        match state.cpu() {
            Some(cpu) => cpu.store(feature.address(), value)?,
            None => state.changed()?.set(feature, value != 0)?,
        }
    }
    Ok(())
}

fn store(state: &mut State, w: &[&str]) -> Result {
    let (field, value) = (field(w[0])?, number(w[1])?);
    match state.cpu() {
        Some(cpu) => cpu.store(field.address(), value),
        None => Ok(state.changed()?.put(field, value)?),
    }
}

fn row(state: &mut State, w: &[&str]) -> Result {
    let (leaf, subleaf) = place(w[0])?;
    let row = Row {
        leaf,
        subleaf,
        eax: hex(w[1])? as u32,
        ebx: hex(w[2])? as u32,
        ecx: hex(w[3])? as u32,
        edx: hex(w[4])? as u32,
    };
    match state.cpu() {
        Some(cpu) => *cpu.row(leaf, subleaf) = row,
        None => state.changed()?.set_row(&row)?,
    }
    Ok(())
}

fn msr(state: &mut State, w: &[&str]) -> Result {
    let (index, value) = (hex(w[0])? as u32, hex(w[1])?);
    match state.cpu() {
        Some(cpu) => *cpu.msr(index) = value,
        None => state.changed()?.set_msr(index, value)?,
    }
    Ok(())
}

/// An operation that takes away, done to a named policy.
fn less(
    state: &mut State,
    name: &str,
    operation: impl FnOnce(&mut Policy, &mut Vec<Finding>) -> Result,
) -> Result {
    let mut policy = state.policy(name)?;
    state.found.clear();
    operation(&mut policy, &mut state.found)?;
    state.policies.insert(name.into(), policy);
    Ok(())
}

fn hide(state: &mut State, w: &[&str]) -> Result {
    let features = w[1..]
        .iter()
        .map(|name| feature(name))
        .collect::<std::result::Result<Vec<Feature>, Trouble>>()?;
    less(state, w[0], |p, found| {
        Ok(p.hide(&features, |f| found.push(f))?)
    })
}

fn cap(state: &mut State, w: &[&str]) -> Result {
    let (field, value) = (field(w[1])?, number(w[2])?);
    less(state, w[0], |p, found| {
        Ok(p.cap(field, value, |f| found.push(f))?)
    })
}

fn mask(state: &mut State, w: &[&str]) -> Result {
    let mask = state.policy(w[1])?;
    less(state, w[0], |p, found| {
        p.mask(&mask, |f| found.push(f));
        Ok(())
    })
}

fn intersect(state: &mut State, w: &[&str]) -> Result {
    let out = state.policy(w[1])?.intersect(&state.policy(w[2])?)?;
    state.keep(w[0], out);
    Ok(())
}

fn baseline(state: &mut State, w: &[&str]) -> Result {
    let mut baseline = Baseline::new();
    state.found.clear();
    for word in &w[1..] {
        let (name, times) = word.split_once('*').unwrap_or((word, "1"));
        let host = state.policy(name)?;
        for _ in 0..number(times)? {
            baseline.add(&host, |f| state.found.push(f))?;
        }
    }
    let out = baseline.finish()?;
    state.keep(w[0], out);
    Ok(())
}

fn save(state: &mut State, w: &[&str]) -> Result {
    let (mut first, mut second) =
        ([0; cpupolicy::ENCODED_MAX], [0; cpupolicy::ENCODED_MAX]);
    let policy = state.policy(w[1])?;
    let data = policy.encode(&mut first);
    let out = Policy::decode(data)?;
    let same = out.encode(&mut second) == data;
    state.expect("the same policy gave the same bytes", true, same);
    state.keep(w[0], out);
    Ok(())
}
