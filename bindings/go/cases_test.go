// SPDX-License-Identifier: MIT

package cpupolicy

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// expectations compare a result with what the case says.
var expectations = map[string]func(*state, []string) error{
	"check": expectCheck, "lint": expectLint,
	"finding": expectFinding(true), "no-finding": expectFinding(false),
	"findings": expectFindings, "has": expectFeatures(true),
	"lacks": expectFeatures(false), "number": expectNumber,
	"equal": expectEqual(true), "differ": expectEqual(false),
	"lost": expectLost, "abi": expectABI, "clock": expectClock,
	"virtualization": expectVirtualization, "literal": expectLiteral,
	"rule": expectRule, "needs": expectNeeds, "expose": expectExpose,
}

func expectCheck(s *state, w []string) error {
	guest, host, err := two(s, w)
	if err != nil {
		return err
	}
	verdict, found := Check(guest, host)
	s.found = found
	s.expect("check", w[2],
		[]string{"fits", "notes", "insecure", "blocked"}[verdict])
	s.expect("FitsOn", w[2] != "blocked", guest.FitsOn(host))
	return nil
}

func expectLint(s *state, w []string) error {
	p, err := s.named(w[0])
	if err != nil {
		return err
	}
	s.found = p.Lint()
	verdict := "clean"
	for _, f := range s.found {
		if f.Grade == Block {
			verdict = "breaks"
		} else if verdict == "clean" {
			verdict = "works"
		}
	}
	s.expect("lint", w[1], verdict)
	return nil
}

// isAbout tells whether a finding is about that field, or about that bit.
func isAbout(f Finding, what string) bool {
	if field, err := FindField(what); err == nil && field == f.Field {
		return true
	}
	feature, err := ParseFeature(what)
	if err != nil {
		return false
	}
	at := feature.Place()
	return f.Place.Space == at.Space && f.Place.Leaf == at.Leaf &&
		f.Place.Subleaf == at.Subleaf && f.Place.Reg == at.Reg &&
		f.Mask>>at.Low&1 != 0
}

func expectFinding(expected bool) func(*state, []string) error {
	return func(s *state, w []string) error {
		code, err := strconv.Atoi(strings.TrimPrefix(w[0], "F"))
		if _, known := InfoOf(code); err != nil || !known {
			return fmt.Errorf("%s is not in the registry", w[0])
		}
		var values [2]uint32
		for i := 2; i < len(w) && i < 4; i++ {
			if values[i-2], err = number(w[i]); err != nil {
				return err
			}
		}
		found := false
		for _, f := range s.found {
			found = found || f.Code == code &&
				(len(w) < 2 || isAbout(f, w[1])) &&
				(len(w) < 4 || f.Guest == values[0] && f.Host == values[1]) &&
				(len(w) < 5 || f.Grade.String() == w[4])
		}
		s.expect("finding "+strings.Join(w, " "), expected, found)
		return nil
	}
}

func expectFindings(s *state, w []string) error {
	expected, err := strconv.Atoi(w[0])
	nr := 0
	for _, f := range s.found {
		if len(w) < 2 || f.Grade.String() == w[1] {
			nr++
		}
	}
	s.expect("findings", expected, nr)
	return err
}

func expectFeatures(expected bool) func(*state, []string) error {
	return func(s *state, w []string) error {
		p, err := s.named(w[0])
		if err != nil {
			return err
		}
		for _, name := range w[1:] {
			feature, err := ParseFeature(name)
			if err != nil {
				return err
			}
			s.expect(w[0]+" has "+name, expected, p.Has(feature))
		}
		return nil
	}
}

func expectNumber(s *state, w []string) error {
	p, field, expected, err := numbered(s, w)
	if err == nil {
		s.expect(w[1], expected, p.Get(field))
	}
	return err
}

func expectEqual(expected bool) func(*state, []string) error {
	return func(s *state, w []string) error {
		a, b, err := two(s, w)
		if err == nil {
			s.expect(w[0]+" == "+w[1], expected, *a == *b)
		}
		return err
	}
}

// fieldSet is the fields of these names.
func fieldSet(names []string) (map[Field]bool, error) {
	listed := map[Field]bool{}
	for _, name := range names {
		field, err := FindField(name)
		if err != nil {
			return nil, err
		}
		listed[field] = true
	}
	return listed, nil
}

func expectLost(s *state, w []string) error {
	before, after, err := two(s, w)
	if err != nil {
		return err
	}
	listed, err := fieldSet(w[2:])
	if err != nil {
		return err
	}
	for _, f := range Fields() {
		if f.Feature() == 0 || f.Level() == "derive" || f.Level() == "donor" {
			continue
		}
		s.expect("lost "+f.String(), listed[f],
			before.Get(f) != 0 && after.Get(f) == 0)
	}
	return nil
}

func expectABI(s *state, w []string) error {
	p, err := s.named(w[0])
	if err == nil {
		s.expect("ABI level", w[1], strconv.Itoa(p.ABILevel()))
	}
	return err
}

func expectClock(s *state, w []string) error {
	guest, err := number(w[0])
	if err != nil {
		return err
	}
	host, err := number(w[1])
	s.expect("clock", w[3] == "yes", CheckClock(guest, host, w[2] == "scales"))
	return err
}

func expectVirtualization(s *state, w []string) error {
	m := s.machines[w[0]]
	if m == nil {
		return fmt.Errorf("there is no machine '%s' yet", w[0])
	}
	record, err := m.record()
	if err == nil {
		s.expect(w[0], w[1] == "yes", record.HasVirtualization())
	}
	return err
}

func expectLiteral(s *state, w []string) error {
	var probe Policy
	row, err := vendorRow(w[1], 0)
	if err != nil {
		return err
	}
	if err = probe.SetRow(row); err != nil {
		return err
	}
	listed, err := fieldSet(w[2:])
	if err != nil {
		return err
	}
	names := ModeFeatures(w[0], &probe)
	for _, name := range names {
		field, err := FindField(name)
		if err != nil {
			return err
		}
		s.expect("the mode hides "+name, true, listed[field])
	}
	s.expect("features of the mode", len(w)-2, len(names))
	return nil
}

// ofFields compares a word of the table for each of the fields named.
func ofFields(s *state, names []string, expected string,
	word func(Field) string) error {
	for _, name := range names {
		field, err := FindField(name)
		if err != nil {
			return err
		}
		s.expect(name, expected, word(field))
	}
	return nil
}

func expectRule(s *state, w []string) error {
	return ofFields(s, w[3:], strings.Join(w[:3], " "), func(f Field) string {
		return f.Level() + " " + f.Rule() + " " + f.Grade().String()
	})
}

func expectExpose(s *state, w []string) error {
	return ofFields(s, w[1:], w[0], Field.Expose)
}

func expectNeeds(s *state, w []string) error {
	field, err := FindField(w[0])
	if err != nil {
		return err
	}
	needs := map[string]bool{}
	for _, need := range field.Needs() {
		needs[need] = true
	}
	for _, need := range w[1:] {
		s.expect(w[0]+" needs "+need, true, needs[need])
	}
	s.expect("needs", len(w)-1, len(needs))
	return nil
}

// wordsOf are the words of a line, up to one that begins a comment.
func wordsOf(line string) []string {
	words := strings.Fields(line)
	for i, word := range words {
		if word[0] == '#' {
			return words[:i]
		}
	}
	return words
}

type numberedLine struct {
	number int
	text   string
}

func runCase(t *testing.T, path string, lines []numberedLine) {
	s := &state{machines: map[string]*machine{},
		policies: map[string]*Policy{}}
	for _, line := range lines {
		s.where = fmt.Sprintf("%s:%d", path, line.number)
		words := wordsOf(line.text)
		if len(words) == 0 {
			continue
		}
		if err := run(s, words); err != nil {
			s.complain("%s: %v", words[0], err)
			break
		}
	}
	for _, complaint := range s.trouble {
		t.Error(complaint)
	}
}

// TestCases runs the cases of all languages: tests/cases.
func TestCases(t *testing.T) {
	paths, _ := filepath.Glob(filepath.Join(sourceRoot(),
		"tests/cases/*.case"))
	if len(paths) == 0 {
		t.Fatal("no cases; is CPUPOLICY_SOURCE_ROOT the source tree?")
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var (
			prologue, lines []numberedLine
			name            string
		)
		end := func() {
			if name != "" {
				all := append(append([]numberedLine{}, prologue...), lines...)
				t.Run(name, func(t *testing.T) { runCase(t, path, all) })
			}
		}
		for i, line := range strings.Split(string(text), "\n") {
			if strings.HasPrefix(line, "case ") {
				end()
				name, lines = line[5:], nil
			} else if name == "" {
				prologue = append(prologue, numberedLine{i + 1, line})
			} else {
				lines = append(lines, numberedLine{i + 1, line})
			}
		}
		end()
	}
}
