// SPDX-License-Identifier: MIT

package cpupolicy

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func offerOf(t *testing.T, name string) Policy {
	t.Helper()
	record, err := readRecord("tests/data/libvirt/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	offer, err := record.Offer()
	if err != nil {
		t.Fatal(err)
	}
	return offer
}

func TestPoliciesAreValues(t *testing.T) {
	a := offerOf(t, "FX-8150")
	b := a
	if _, err := b.Hide(mustParse(t, "avx")); err != nil {
		t.Fatal(err)
	}
	if a == b || !a.Has(mustParse(t, "avx")) || b.Has(mustParse(t, "xop")) {
		t.Error("a copy shares its words with the first")
	}
	if kinds := map[Policy]int{a: 1, b: 2}; kinds[a] != 1 || kinds[b] != 2 {
		t.Error("policies are no keys")
	}
}

func mustParse(t *testing.T, name string) Feature {
	t.Helper()
	feature, err := ParseFeature(name)
	if err != nil {
		t.Fatal(err)
	}
	return feature
}

func TestEveryFindingExplainsItself(t *testing.T) {
	guest, host := offerOf(t, "FX-8150"), offerOf(t, "Opteron-1352")
	verdict, found := Check(&guest, &host)
	if verdict != DoesNotFit || verdict.OK() || len(found) == 0 {
		t.Fatal(verdict, found)
	}
	for _, f := range found {
		if info, known := InfoOf(f.Code); !known || info.Summary == "" {
			t.Errorf("F%03d is not in the registry", f.Code)
		}
		if f.Field.String() == "avx" && !strings.Contains(f.String(), "#UD") {
			t.Errorf("the consequence is missing: %v", f)
		}
	}
}

func TestErrorsHaveAStatus(t *testing.T) {
	amd, intel := offerOf(t, "FX-8150"), offerOf(t, "Core-i7-2600")
	if _, err := Intersect(&amd, &intel); !errors.Is(err,
		&Error{Status: Vendor}) {
		t.Errorf("two makers: %v", err)
	}
	if _, _, err := Baseline(); !errors.Is(err, &Error{Status: Empty}) {
		t.Errorf("no hosts: %v", err)
	}
	if _, err := ParseFeature("avx22"); err == nil ||
		!strings.Contains(err.Error(), "did you mean 'avx2'") {
		t.Errorf("a misspelt name: %v", err)
	}
	data := amd.Encode()
	data[len(data)/2] ^= 1
	if _, err := Decode(data); !errors.Is(err, &Error{Status: Checksum}) {
		t.Errorf("damaged bytes: %v", err)
	}
	if _, err := Decode(nil); err == nil {
		t.Error("no bytes are no policy")
	}
}

func TestTroubleNamesFileAndLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bad.json")
	text := []byte("{ \"format\":\n \"cpupolicy-record\", }\n")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := ReadFile(path)
	told, ok := err.(*Error)
	if !ok || told.Line != 2 || !strings.Contains(told.Text, "bad.json:2") {
		t.Errorf("%v", err)
	}
	if _, err := ReadFile("/nonexistent"); !errors.Is(err, &Error{Status: IO}) {
		told, ok := err.(*Error)
		if !ok || told.Status != IO {
			t.Errorf("a missing file: %v", err)
		}
	}
}

func TestRecordsAreWrittenAndReadAgain(t *testing.T) {
	record, err := readRecord("tests/data/libvirt/FX-8150.json")
	if err != nil {
		t.Fatal(err)
	}
	text, lost, err := record.Write("cpuid-r")
	if err != nil || len(lost) != 0 {
		t.Fatal(err, lost)
	}
	again, err := Parse("again", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	a, _ := record.Offer()
	b, _ := again.Record.Offer()
	if a != b {
		t.Error("another machine came back")
	}
	policy, err := Parse("policy", []byte(a.JSON("pool")))
	if err != nil || policy.Policy != a || policy.Name != "pool" {
		t.Error(err, policy.Name)
	}
}

func TestRecordsAreFreedWhileOthersAreUsed(t *testing.T) {
	for i := 0; i < 200; i++ {
		record, err := readRecord("tests/data/libvirt/FX-8150.json")
		if err != nil {
			t.Fatal(err)
		}
		cores := record.Cores()
		record = nil
		if i%20 == 0 {
			runtime.GC()
		}
		if !strings.Contains(cores[0].Brand, "FX") {
			t.Fatal(cores[0].Brand)
		}
	}
}
