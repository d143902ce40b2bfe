// SPDX-License-Identifier: MIT
//! What one case has made so far: machines, policies, findings.

pub mod expect;
pub mod make;

use cpupolicy::{
    Address, Document, Error, Feature, Field, Finding, Msr, Policy, Record,
    Row, Status,
};
use std::collections::HashMap;
use std::path::PathBuf;

/// Why a case ends.
#[derive(Debug)]
pub enum Trouble {
    Broken(String),
    Status(Status),
}

impl From<String> for Trouble {
    fn from(text: String) -> Trouble {
        Trouble::Broken(text)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Trouble {
        Trouble::Status(error.status)
    }
}

pub type Result = std::result::Result<(), Trouble>;

/// One logical CPU of a machine: what it answers.
#[derive(Clone, Default)]
pub struct Cpu {
    pub rows: Vec<Row>,
    pub msrs: Vec<Msr>,
}

/// What lines with +, - and = change.
pub enum Changes {
    Nothing,
    Machine(String),
    Policy(String),
}

/// Everything one case has made so far.
pub struct State {
    root: PathBuf,
    pub machines: HashMap<String, Vec<Cpu>>,
    pub policies: HashMap<String, Policy>,
    pub changes: Changes,
    pub found: Vec<Finding>,
    pub trouble: Vec<String>,
    pub place: String,
}

impl State {
    pub fn new(root: PathBuf) -> State {
        State {
            root,
            machines: HashMap::new(),
            policies: HashMap::new(),
            changes: Changes::Nothing,
            found: Vec::new(),
            trouble: Vec::new(),
            place: String::new(),
        }
    }

    pub fn complain(&mut self, text: String) {
        self.trouble.push(format!("{}: {}", self.place, text));
    }

    pub fn expect<T: PartialEq + std::fmt::Debug>(
        &mut self,
        what: &str,
        expected: T,
        got: T,
    ) {
        if expected == got {
            return;
        }
        self.complain(format!("{}: not {:?} but {:?}", what, expected, got));
        for finding in self.found.iter().take(12) {
            self.trouble.push(format!("  found {}", finding));
        }
    }

    pub fn policy(&self, name: &str) -> std::result::Result<Policy, Trouble> {
        self.policies
            .get(name)
            .copied()
            .ok_or_else(|| format!("no policy '{}' yet", name).into())
    }

    pub fn keep(&mut self, name: &str, policy: Policy) {
        self.policies.insert(name.into(), policy);
        self.changes = Changes::Policy(name.into());
    }

    /// The CPU that lines change, if they change a machine.
    pub fn cpu(&mut self) -> Option<&mut Cpu> {
        match &self.changes {
            Changes::Machine(name) => self.machines.get_mut(name)?.last_mut(),
            _ => None,
        }
    }

    pub fn changed(&mut self) -> std::result::Result<&mut Policy, Trouble> {
        match &self.changes {
            Changes::Policy(name) => self.policies.get_mut(name),
            _ => None,
        }
        .ok_or_else(|| String::from("nothing to change yet").into())
    }

    pub fn read(&self, name: &str) -> std::result::Result<Record, Trouble> {
        match Document::read(self.root.join(name)) {
            Ok(Document::Record(record)) => Ok(record),
            Ok(_) => Err(format!("{}: not a record", name).into()),
            Err(error) => Err(error.to_string().into()),
        }
    }

    pub fn record(&self, name: &str) -> std::result::Result<Record, Trouble> {
        let cpus = self
            .machines
            .get(name)
            .ok_or_else(|| format!("no machine '{}' yet", name))?;
        let mut record = Record::new();
        for (number, cpu) in cpus.iter().enumerate() {
            record.add_cpu(number as u32, &cpu.rows, &cpu.msrs)?;
        }
        Ok(record)
    }
}

impl Cpu {
    pub fn row(&mut self, leaf: u32, subleaf: u32) -> &mut Row {
        let at = self
            .rows
            .iter()
            .position(|r| (r.leaf, r.subleaf) == (leaf, subleaf))
            .unwrap_or_else(|| {
                self.rows.push(Row { leaf, subleaf, ..Row::default() });
                self.rows.len() - 1
            });
        &mut self.rows[at]
    }

    pub fn msr(&mut self, index: u32) -> &mut u64 {
        let at = self
            .msrs
            .iter()
            .position(|m| m.index == index)
            .unwrap_or_else(|| {
                self.msrs.push(Msr { index, ..Msr::default() });
                self.msrs.len() - 1
            });
        &mut self.msrs[at].value
    }

    /// Stores a value in a bit range of what the CPU answers.
    pub fn store(&mut self, at: Address, value: u32) -> Result {
        let at = at.0;
        let mask = (2u64 << (at.high - at.low)) - 1;
        if u64::from(value) > mask {
            return Err(Trouble::Status(Status::Range));
        }
        let shift = u32::from(at.low);
        let put = |old: u64, shift: u32| {
            old & !(mask << shift) | u64::from(value) << shift
        };
        match at.space {
            0 => {
                let row = self.row(at.leaf, u32::from(at.subleaf));
                let out = match at.reg {
                    0 => &mut row.eax,
                    1 => &mut row.ebx,
                    2 => &mut row.ecx,
                    _ => &mut row.edx,
                };
                *out = put(u64::from(*out), shift) as u32;
            }
            1 => {
                let shift = shift + if at.reg == 3 { 32 } else { 0 };
                let out = self.msr(at.leaf);
                *out = put(*out, shift);
            }
            _ => {
                let text = "use 'row' for paravirtual leaves";
                return Err(String::from(text).into());
            }
        }
        Ok(())
    }
}

pub fn number(text: &str) -> std::result::Result<u32, Trouble> {
    match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => text.parse(),
    }
    .map_err(|_| format!("expected a number, not '{}'", text).into())
}

pub fn hex(text: &str) -> std::result::Result<u64, Trouble> {
    u64::from_str_radix(text, 16)
        .map_err(|_| format!("not hexadecimal: '{}'", text).into())
}

/// LEAF[.SUBLEAF]
pub fn place(text: &str) -> std::result::Result<(u32, u32), Trouble> {
    let (leaf, subleaf) = text.split_once('.').unwrap_or((text, "0"));
    Ok((hex(leaf)? as u32, hex(subleaf)? as u32))
}

pub fn vendor_row(vendor: &str) -> std::result::Result<Row, Trouble> {
    let bytes = vendor.as_bytes();
    if bytes.len() != 12 {
        return Err(String::from("a vendor has 12 characters").into());
    }
    let part = |i: usize| {
        u32::from_le_bytes([
            bytes[i],
            bytes[i + 1],
            bytes[i + 2],
            bytes[i + 3],
        ])
    };
    Ok(Row { ebx: part(0), edx: part(4), ecx: part(8), ..Row::default() })
}

pub fn feature(name: &str) -> std::result::Result<Feature, Trouble> {
    Ok(Feature::parse(name)?)
}

pub fn field(name: &str) -> std::result::Result<Field, Trouble> {
    Ok(Field::find(name)?)
}

/// E_MODE_VENDOR for Status::ModeVendor.
pub fn status_name(status: Status) -> String {
    let mut name = String::from("E");
    for c in format!("{:?}", status).chars() {
        if c.is_uppercase() {
            name.push('_');
        }
        name.push(c.to_ascii_uppercase());
    }
    name
}
