// SPDX-License-Identifier: MIT

package cpupolicy

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// statuses are the names that cases have for them.
var statuses = map[string]Status{
	"E_INVALID": Invalid, "E_NO_SLOT": NoSlot, "E_UNKNOWN": Unknown,
	"E_RANGE": OutOfRange, "E_VENDOR": Vendor, "E_HYPERVISOR": OtherVMM,
	"E_DIFFERS": Differs, "E_LIMITATION": Limitation,
	"E_MODE_VENDOR": ModeVendor, "E_NOT_QUALIFIED": NotQualified,
	"E_EMPTY": Empty, "E_SPACE": Space, "E_MEANING": Meaning,
	"E_DERIVED": Derived,
}

// lines are the words that may begin a line, with how many follow at least.
var lines map[string]struct {
	least int
	run   func(*state, []string) error
}

func init() {
	type line = struct {
		least int
		run   func(*state, []string) error
	}
	lines = map[string]line{
		"machine": {3, runMachine}, "cpu": {0, runCPU}, "drop": {1, runDrop},
		"host": {3, runHost}, "+": {1, runPlus}, "-": {1, runMinus},
		"=": {2, runStore}, "row": {5, runRow}, "msr": {2, runMSR},
		"normalize": {1, runNormalize}, "hide": {2, runHide},
		"cap": {3, runCap}, "mask": {2, runMask}, "mode": {2, runMode},
		"intersect": {3, runIntersect}, "baseline": {1, runBaseline},
		"save": {2, runSave}, "fails": {2, runFails},
	}
	for word, run := range expectations {
		lines[word] = line{1, run}
	}
}

func run(s *state, words []string) error {
	if words[0] == "why" {
		return nil
	}
	line, known := lines[words[0]]
	if !known {
		return fmt.Errorf("unknown word '%s'", words[0])
	}
	if len(words)-1 < line.least {
		return fmt.Errorf("'%s' takes %d words or more", words[0], line.least)
	}
	return line.run(s, words[1:])
}

func runFails(s *state, w []string) error {
	expected, known := statuses[w[0]]
	if !known {
		return fmt.Errorf("there is no status '%s'", w[0])
	}
	err := run(s, w[1:])
	told, ok := err.(*Error)
	if err != nil && !ok {
		return err
	}
	if err == nil || told.Status != expected {
		s.complain("expected %s, got: %v", w[0], err)
	}
	return nil
}

func runMachine(s *state, w []string) error {
	m := &machine{}
	switch w[1] {
	case "vendor":
		row, err := vendorRow(w[2], 0x28)
		if err != nil {
			return err
		}
		*m = append(*m, &cpu{[]Row{row, {Leaf: 1},
			{Leaf: 0x80000000, EAX: 0x80000028}}, map[uint32]uint64{}})
	case "copy":
		if s.machines[w[2]] == nil {
			return fmt.Errorf("there is no machine '%s' yet", w[2])
		}
		for _, c := range *s.machines[w[2]] {
			*m = append(*m, c.copy())
		}
	case "record":
		record, err := readRecord(w[2])
		if err != nil {
			return err
		}
		for _, core := range record.Cores() {
			*m = append(*m, &cpu{core.Rows, core.MSRs})
		}
	default:
		return fmt.Errorf("expected vendor, record or copy")
	}
	s.machines[w[0]] = m
	s.machine, s.policy = m, nil
	return nil
}

func runCPU(s *state, _ []string) error {
	if s.machine == nil {
		return fmt.Errorf("no machine")
	}
	*s.machine = append(*s.machine, s.machine.last().copy())
	return nil
}

func runDrop(s *state, w []string) error {
	leaf, subleaf, err := placeOfWord(w[0])
	if err != nil || s.machine == nil {
		return fmt.Errorf("rows are dropped from machines: %v", err)
	}
	c := s.machine.last()
	var kept []Row
	for _, row := range c.rows {
		if row.Leaf != leaf ||
			strings.Contains(w[0], ".") && row.Subleaf != subleaf {
			kept = append(kept, row)
		}
	}
	if len(kept) == len(c.rows) {
		return fmt.Errorf("there is no such row")
	}
	c.rows = kept
	return nil
}

func runHost(s *state, w []string) error {
	var (
		p   Policy
		err error
	)
	switch w[1] {
	case "vendor":
		var row Row
		if row, err = vendorRow(w[2], 0); err == nil {
			err = p.SetRow(row)
		}
	case "model":
		p, err = Model(w[2])
	case "copy":
		var other *Policy
		if other, err = s.named(w[2]); err == nil {
			p = *other
		}
	case "record", "machine":
		p, err = hostOfMachine(s, w)
	default:
		err = fmt.Errorf("a host cannot be made by '%s'", w[1])
	}
	if err == nil {
		s.keep(w[0], p)
	}
	return err
}

func hostOfMachine(s *state, w []string) (p Policy, err error) {
	var record *Record
	if len(w) < 4 || w[3] != "offer" && w[3] != "accept" {
		return p, fmt.Errorf("offer or accept?")
	}
	if w[1] == "record" {
		record, err = readRecord(w[2])
	} else if m := s.machines[w[2]]; m != nil {
		record, err = m.record()
	} else {
		err = fmt.Errorf("there is no machine '%s' yet", w[2])
	}
	if err != nil {
		return p, err
	}
	options := Options{Accept: w[3] == "accept"}
	for _, word := range w[4:] {
		switch word {
		case "named":
			options.Named = true
		case "guest":
			options.Guest = true
		default:
			options.Hypervisor = word
		}
	}
	p, s.found, err = record.HostSet(options)
	return p, err
}

func change(s *state, names []string, value uint32) error {
	for _, name := range names {
		feature, err := ParseFeature(name)
		switch {
		case err != nil:
		case s.machine != nil:
			err = s.machine.last().store(feature.Place(), value)
		case s.policy != nil:
			err = s.policy.Set(feature, value != 0)
		default:
			err = fmt.Errorf("nothing to change yet")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func runPlus(s *state, w []string) error  { return change(s, w, 1) }
func runMinus(s *state, w []string) error { return change(s, w, 0) }

func runStore(s *state, w []string) error {
	field, err := FindField(w[0])
	if err != nil {
		return err
	}
	value, err := number(w[1])
	if err != nil {
		return err
	}
	if s.machine != nil {
		return s.machine.last().store(field.Place(), value)
	}
	return s.policy.Put(field, value)
}

func runRow(s *state, w []string) error {
	var values [4]uint32
	leaf, subleaf, err := placeOfWord(w[0])
	for i := range values {
		value, bad := strconv.ParseUint(w[1+i], 16, 32)
		if bad != nil {
			err = bad
		}
		values[i] = uint32(value)
	}
	if err != nil {
		return err
	}
	row := Row{leaf, subleaf, values[0], values[1], values[2], values[3]}
	if s.machine != nil {
		*s.machine.last().row(leaf, subleaf) = row
		return nil
	}
	return s.policy.SetRow(row)
}

func runMSR(s *state, w []string) error {
	index, err := strconv.ParseUint(w[0], 16, 32)
	if err != nil {
		return err
	}
	value, err := strconv.ParseUint(w[1], 16, 64)
	if err != nil {
		return err
	}
	if s.machine != nil {
		s.machine.last().msrs[uint32(index)] = value
		return nil
	}
	return s.policy.SetMSR(uint32(index), value)
}

func runNormalize(s *state, w []string) error {
	p, err := s.named(w[0])
	if err == nil {
		s.found = p.Normalize()
	}
	return err
}

func runHide(s *state, w []string) error {
	p, err := s.named(w[0])
	if err != nil {
		return err
	}
	var features []Feature
	for _, name := range w[1:] {
		feature, err := ParseFeature(name)
		if err != nil {
			return err
		}
		features = append(features, feature)
	}
	s.found, err = p.Hide(features...)
	return err
}

// numbered reads POLICY FIELD NUMBER.
func numbered(s *state, w []string) (p *Policy, f Field, n uint32, err error) {
	if p, err = s.named(w[0]); err != nil {
		return
	}
	if f, err = FindField(w[1]); err != nil {
		return
	}
	n, err = number(w[2])
	return
}

func runCap(s *state, w []string) error {
	p, field, value, err := numbered(s, w)
	if err == nil {
		s.found, err = p.Cap(field, value)
	}
	return err
}

func runMask(s *state, w []string) error {
	p, mask, err := two(s, w)
	if err == nil {
		s.found = p.Mask(mask)
	}
	return err
}

func runMode(s *state, w []string) error {
	p, err := s.named(w[0])
	if err == nil {
		s.found, err = p.ApplyMode(w[1])
	}
	return err
}

func two(s *state, w []string) (a, b *Policy, err error) {
	if a, err = s.named(w[0]); err == nil {
		b, err = s.named(w[1])
	}
	return a, b, err
}

func runIntersect(s *state, w []string) error {
	a, b, err := two(s, w[1:])
	if err != nil {
		return err
	}
	out, err := Intersect(a, b)
	if err == nil {
		s.keep(w[0], out)
	}
	return err
}

func runBaseline(s *state, w []string) error {
	var hosts []Policy
	for _, word := range w[1:] {
		name, count, many := strings.Cut(word, "*")
		p, err := s.named(name)
		if err != nil {
			return err
		}
		times := uint32(1)
		if many {
			if times, err = number(count); err != nil {
				return err
			}
		}
		for ; times > 0; times-- {
			hosts = append(hosts, *p)
		}
	}
	out, cost, err := Baseline(hosts...)
	s.found = cost
	if err == nil {
		s.keep(w[0], out)
	}
	return err
}

func runSave(s *state, w []string) error {
	p, err := s.named(w[1])
	if err != nil {
		return err
	}
	data := p.Encode()
	out, err := Decode(data)
	if err != nil {
		return err
	}
	if !bytes.Equal(out.Encode(), data) {
		s.complain("the same policy gave other bytes")
	}
	s.keep(w[0], out)
	return nil
}
