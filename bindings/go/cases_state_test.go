// SPDX-License-Identifier: MIT

package cpupolicy

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// cpu is one logical CPU of a machine: what it answers.
type cpu struct {
	rows []Row
	msrs map[uint32]uint64
}

// machine is CPUs as a recorder would find them.
type machine []*cpu

// state is everything one case has made so far.
type state struct {
	machines map[string]*machine
	policies map[string]*Policy
	machine  *machine // what lines with +, - and = change: one of these
	policy   *Policy
	found    []Finding
	trouble  []string
	where    string
}

func (s *state) complain(format string, words ...any) {
	s.trouble = append(s.trouble, s.where+": "+fmt.Sprintf(format, words...))
}

func (s *state) expect(what string, expected, got any) {
	if expected == got {
		return
	}
	s.complain("%s: expected %v, got %v", what, expected, got)
	for i, f := range s.found {
		if i == 12 {
			break
		}
		s.complain("  found %v", f)
	}
}

func (s *state) named(name string) (*Policy, error) {
	if p := s.policies[name]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("there is no policy '%s' yet", name)
}

func (s *state) keep(name string, p Policy) {
	s.policies[name] = &p
	s.policy, s.machine = &p, nil
}

func sourceRoot() string {
	if root := os.Getenv("CPUPOLICY_SOURCE_ROOT"); root != "" {
		return root
	}
	return filepath.Join("..", "..")
}

func number(text string) (uint32, error) {
	base, digits := 10, text
	if strings.HasPrefix(text, "0x") {
		base, digits = 16, text[2:]
	}
	value, err := strconv.ParseUint(digits, base, 32)
	return uint32(value), err
}

// placeOfWord reads LEAF[.SUBLEAF].
func placeOfWord(text string) (leaf, subleaf uint32, err error) {
	first, second, both := strings.Cut(text, ".")
	a, err := strconv.ParseUint(first, 16, 32)
	if err != nil || !both {
		return uint32(a), 0, err
	}
	b, err := strconv.ParseUint(second, 16, 32)
	return uint32(a), uint32(b), err
}

func (c *cpu) row(leaf, subleaf uint32) *Row {
	for i := range c.rows {
		if c.rows[i].Leaf == leaf && c.rows[i].Subleaf == subleaf {
			return &c.rows[i]
		}
	}
	c.rows = append(c.rows, Row{Leaf: leaf, Subleaf: subleaf})
	return &c.rows[len(c.rows)-1]
}

// store stores a value in a bit range of what the CPU answers.
func (c *cpu) store(at Place, value uint32) error {
	mask := uint32(uint64(2)<<(at.High-at.Low) - 1)
	if value > mask {
		return &Error{Status: OutOfRange}
	}
	shift := at.Low
	switch at.Space {
	case 0:
		row := c.row(at.Leaf, at.Subleaf)
		out := []*uint32{&row.EAX, &row.EBX, &row.ECX, &row.EDX}[at.Reg]
		*out = *out&^(mask<<shift) | value<<shift
	case 1:
		if at.Reg == 3 {
			shift += 32
		}
		c.msrs[at.Leaf] = c.msrs[at.Leaf]&^(uint64(mask)<<shift) |
			uint64(value)<<shift
	default:
		return fmt.Errorf("use 'row' for paravirtual leaves")
	}
	return nil
}

func (c *cpu) copy() *cpu {
	other := &cpu{append([]Row(nil), c.rows...), map[uint32]uint64{}}
	for index, value := range c.msrs {
		other.msrs[index] = value
	}
	return other
}

func (m *machine) last() *cpu { return (*m)[len(*m)-1] }

func (m *machine) record() (*Record, error) {
	record := NewRecord()
	for i, c := range *m {
		if err := record.AddCPU(uint32(i), c.rows, c.msrs); err != nil {
			return nil, err
		}
	}
	return record, nil
}

func readRecord(name string) (*Record, error) {
	document, err := ReadFile(filepath.Join(sourceRoot(), name))
	if err == nil && document.Record == nil {
		err = fmt.Errorf("%s: not a record", name)
	}
	return document.Record, err
}

func vendorRow(vendor string, highest uint32) (Row, error) {
	if len(vendor) != 12 {
		return Row{}, fmt.Errorf("a vendor has 12 characters")
	}
	var part [3]uint32
	for i := range vendor {
		part[i/4] |= uint32(vendor[i]) << (i % 4 * 8)
	}
	return Row{EAX: highest, EBX: part[0], EDX: part[1], ECX: part[2]}, nil
}
