// SPDX-License-Identifier: MIT
//! The lines of a case that compare a result, or the tables, with what the
//! case says.

use super::{feature, field, number, vendor_row, Result, State, Trouble};
use cpupolicy::{
    check, check_clock, fields, mode_features, Answer, Featureset, Field,
    Finding, Grade, Policy, Verdict,
};
use std::collections::BTreeSet;

/// None: no such word.
pub fn run(state: &mut State, words: &[&str]) -> Option<Result> {
    let rest = &words[1..];
    Some(match words[0] {
        "check" => expect_check(state, rest),
        "lint" => lint(state, rest),
        "finding" => finding(state, rest, true),
        "no-finding" => finding(state, rest, false),
        "findings" => findings(state, rest),
        "has" => features(state, rest, true),
        "lacks" => features(state, rest, false),
        "number" => expect_number(state, rest),
        "equal" => equal(state, rest, true),
        "differ" => equal(state, rest, false),
        "lost" => lost(state, rest),
        "abi" => abi(state, rest),
        "clock" => clock(state, rest),
        "virtualization" => virtualization(state, rest),
        "literal" => literal(state, rest),
        "rule" => of_fields(state, &rest[3..], &rest[..3].join(" "), |f| {
            [f.level(), f.rule(), f.grade().name()].join(" ")
        }),
        "expose" => {
            of_fields(state, &rest[1..], rest[0], |f| f.expose().into())
        }
        "needs" => needs(state, rest),
        _ => return None,
    })
}

fn is_normalized(policy: &Policy) -> bool {
    let mut copy = *policy;
    copy.normalize(|_| ());
    copy == *policy
}

fn expect_check(state: &mut State, w: &[&str]) -> Result {
    let (guest, host) = (state.policy(w[0])?, state.policy(w[1])?);
    state.found = guest.findings(&host).collect();
    let verdict = check(&guest, &host);
    let word = match verdict {
        Verdict::Fits => "fits",
        Verdict::FitsWithNotes => "notes",
        Verdict::FitsInsecure => "insecure",
        Verdict::DoesNotFit => "blocked",
    };
    state.expect("check", w[2], word);
    state.expect("fits_on", w[2] != "blocked", guest.fits_on(&host));
    if is_normalized(&guest) && is_normalized(&host) {
        let answer = Featureset::from(&host).is_superset(&(&guest).into());
        let expected = match verdict {
            Verdict::DoesNotFit => Answer::No,
            _ => Answer::Yes,
        };
        if answer != Answer::Ask {
            state.expect("featuresets", expected, answer);
        }
    }
    Ok(())
}

fn lint(state: &mut State, w: &[&str]) -> Result {
    let mut found = Vec::new();
    state.policy(w[0])?.lint(|f| found.push(f));
    state.found = found;
    let word = match state.found.iter().map(Finding::grade).max() {
        None => "clean",
        Some(Grade::Block) => "breaks",
        Some(_) => "works",
    };
    state.expect("lint", w[1], word);
    Ok(())
}

/// Is it about that field, or about that bit?
fn is_about(finding: &Finding, what: &str) -> bool {
    if field(what).map_or(false, |f| finding.field() == Some(f)) {
        return true;
    }
    feature(what).map_or(false, |feature| {
        let (at, of) = (feature.address().0, finding.address().0);
        (at.space, at.leaf, at.subleaf, at.reg)
            == (of.space, of.leaf, of.subleaf, of.reg)
            && finding.mask() >> at.low & 1 != 0
    })
}

fn finding(state: &mut State, w: &[&str], expected: bool) -> Result {
    let code: u16 = w[0]
        .strip_prefix('F')
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| Trouble::from(format!("no code '{}'", w[0])))?;
    let values = match w {
        [_, _, guest, host, ..] => Some((number(guest)?, number(host)?)),
        _ => None,
    };
    let found = state.found.iter().any(|f| {
        f.code() == code
            && w.get(1).map_or(true, |what| is_about(f, what))
            && values.map_or(true, |v| v == (f.guest(), f.host()))
            && w.get(4).map_or(true, |grade| f.grade().name() == *grade)
    });
    state.expect(&format!("finding {}", w.join(" ")), expected, found);
    Ok(())
}

fn findings(state: &mut State, w: &[&str]) -> Result {
    let nr = state
        .found
        .iter()
        .filter(|f| w.get(1).map_or(true, |g| f.grade().name() == *g))
        .count();
    state.expect("findings", number(w[0])? as usize, nr);
    Ok(())
}

fn features(state: &mut State, w: &[&str], expected: bool) -> Result {
    let policy = state.policy(w[0])?;
    for name in &w[1..] {
        state.expect(name, expected, policy.has(feature(name)?));
    }
    Ok(())
}

fn expect_number(state: &mut State, w: &[&str]) -> Result {
    let value = state.policy(w[0])?.get(field(w[1])?);
    state.expect(w[1], number(w[2])?, value);
    Ok(())
}

fn equal(state: &mut State, w: &[&str], expected: bool) -> Result {
    let same = state.policy(w[0])? == state.policy(w[1])?;
    state.expect("equal", expected, same);
    Ok(())
}

fn names(words: &[&str]) -> std::result::Result<BTreeSet<String>, Trouble> {
    words.iter().map(|name| Ok(field(name)?.name().into())).collect()
}

fn lost(state: &mut State, w: &[&str]) -> Result {
    let (before, after) = (state.policy(w[0])?, state.policy(w[1])?);
    let got: BTreeSet<String> = fields()
        .filter(|f| f.feature().is_some())
        .filter(|f| !matches!(f.level(), "derive" | "donor"))
        .filter(|f| before.get(*f) != 0 && after.get(*f) == 0)
        .map(|f| f.name().into())
        .collect();
    state.expect("lost", names(&w[2..])?, got);
    Ok(())
}

fn abi(state: &mut State, w: &[&str]) -> Result {
    let level = state.policy(w[0])?.abi_level();
    state.expect("ABI level", number(w[1])?, level);
    Ok(())
}

fn clock(state: &mut State, w: &[&str]) -> Result {
    let fits = check_clock(number(w[0])?, number(w[1])?, w[2] == "scales");
    state.expect("clock", w[3] == "yes", fits);
    Ok(())
}

fn virtualization(state: &mut State, w: &[&str]) -> Result {
    let has = state.record(w[0])?.has_virtualization();
    state.expect(w[0], w[1] == "yes", has);
    Ok(())
}

fn literal(state: &mut State, w: &[&str]) -> Result {
    let mut probe = Policy::default();
    probe.set_row(&vendor_row(w[1])?)?;
    let list: Vec<&str> = match mode_features(w[0], &probe) {
        Some(list) => list.collect(),
        None => return Err(String::from("no such mode").into()),
    };
    state.expect(w[0], names(&w[2..])?, names(&list)?);
    Ok(())
}

/// Compares a word of the table for each of the fields named.
fn of_fields(
    state: &mut State,
    list: &[&str],
    expected: &str,
    word: impl Fn(Field) -> String,
) -> Result {
    for name in list {
        state.expect(name, String::from(expected), word(field(name)?));
    }
    Ok(())
}

fn needs(state: &mut State, w: &[&str]) -> Result {
    let expected: BTreeSet<&str> = w[1..].iter().copied().collect();
    let got: BTreeSet<&str> =
        field(w[0])?.needs().split_whitespace().collect();
    state.expect(w[0], expected, got);
    Ok(())
}
