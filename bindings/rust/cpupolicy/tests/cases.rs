// SPDX-License-Identifier: MIT
//! Runs tests/cases/*.case, the cases of all languages, as TAP.
//! tests/cases/README.md describes the language.

mod case;

use case::{expect, make, State};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

fn root() -> PathBuf {
    env::var_os("CPUPOLICY_SOURCE_ROOT").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.."),
        PathBuf::from,
    )
}

/// The words of a line, up to one that begins a comment.
fn words_of(line: &str) -> Vec<&str> {
    line.split_whitespace().take_while(|w| !w.starts_with('#')).collect()
}

fn run(state: &mut State, words: &[&str]) -> Result<(), case::Trouble> {
    match words[0] {
        "why" => Ok(()),
        "fails" => match run(state, &words[2..]) {
            Err(case::Trouble::Status(status))
                if case::status_name(status) == words[1] =>
            {
                Ok(())
            }
            Err(case::Trouble::Broken(text)) => Err(text.into()),
            other => {
                state.complain(format!("expected {}: {:?}", words[1], other));
                Ok(())
            }
        },
        _ => match make::run(state, words) {
            Some(result) => result,
            None => expect::run(state, words).unwrap_or_else(|| {
                Err(format!("unknown word '{}'", words[0]).into())
            }),
        },
    }
}

fn run_case(path: &str, lines: &[(usize, &str)]) -> Vec<String> {
    let mut state = State::new(root());
    for (number, line) in lines {
        state.place = format!("{}:{}", path, number);
        let words = words_of(line);
        if words.is_empty() {
            continue;
        }
        if let Err(trouble) = run(&mut state, &words) {
            state.complain(format!("{}: {:?}", words[0], trouble));
            break;
        }
    }
    state.trouble
}

/// Runs a file's cases after `done` others; how many there were and failed.
fn run_file(path: &Path, done: usize) -> (usize, usize) {
    let text = fs::read_to_string(path).expect("a file of cases");
    let name = path.display().to_string();
    let lines: Vec<(usize, &str)> =
        text.lines().enumerate().map(|(i, line)| (i + 1, line)).collect();
    let starts: Vec<usize> = (0..lines.len())
        .filter(|i| lines[*i].1.starts_with("case "))
        .collect();
    let mut failed = 0;
    for (n, start) in starts.iter().enumerate() {
        let end = starts.get(n + 1).copied().unwrap_or(lines.len());
        let mut all = lines[..starts[0]].to_vec();
        all.extend_from_slice(&lines[start + 1..end]);
        let trouble = run_case(&name, &all);
        let word = if trouble.is_empty() { "ok" } else { "not ok" };
        println!("{} {} - {}", word, done + n + 1, &lines[*start].1[5..]);
        for line in &trouble {
            println!("# {}", line);
        }
        failed += usize::from(!trouble.is_empty());
    }
    (starts.len(), failed)
}

fn main() -> ExitCode {
    let mut paths: Vec<PathBuf> = fs::read_dir(root().join("tests/cases"))
        .expect("CPUPOLICY_SOURCE_ROOT is the source tree")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().map_or(false, |e| e == "case"))
        .collect();
    paths.sort();
    let (mut total, mut failed) = (0, 0);
    for path in &paths {
        let (nr, bad) = run_file(path, total);
        total += nr;
        failed += bad;
    }
    println!("1..{}", total);
    ExitCode::from(u8::from(failed != 0 || total == 0))
}
