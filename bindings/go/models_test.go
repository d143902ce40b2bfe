// SPDX-License-Identifier: MIT

package cpupolicy

import (
	"errors"
	"testing"
)

func model(t *testing.T, name string) ModelInfo {
	t.Helper()
	for _, m := range Models() {
		if m.Name == name {
			return m
		}
	}
	t.Fatalf("there is no model %s", name)
	return ModelInfo{}
}

func TestAModelIsTheSameByNameAndByWalk(t *testing.T) {
	for _, m := range Models() {
		if p, err := Model(m.Name); err != nil || p != m.Policy() {
			t.Errorf("%s: %v", m, err)
		}
	}
	if m := model(t, "haswell"); m.Year != 2013 || len(m.Aliases) == 0 {
		t.Error(m)
	}
}

func TestTheOrderOfModelsGoesBothWays(t *testing.T) {
	v2, v3 := model(t, "x86-64-v2"), model(t, "x86-64-v3")
	if v2.Relation(v3) != Below || v3.Relation(v2) != Above ||
		v2.Relation(v2) != Equal {
		t.Error(v2.Relation(v3), v3.Relation(v2), v2.Relation(v2))
	}
	if r := model(t, "haswell").Relation(model(t, "bulldozer")); r != Unrelated {
		t.Error(r)
	}
}

func TestAPolicyIsClosestToItsOwnModel(t *testing.T) {
	haswell := model(t, "haswell").Policy()
	if best := haswell.ClosestModels()[0]; best.Model.Name != "haswell" ||
		best.Blocks != 0 {
		t.Error(best)
	}
	offer := offerOf(t, "FX-8150")
	fits := offer.ClosestModels()
	if last := fits[len(fits)-1]; last.Blocks < fits[0].Blocks || last.Blocks == 0 {
		t.Error("the farthest is not last:", fits)
	}
}

func TestAProfileSaysWhatIsMissing(t *testing.T) {
	old := offerOf(t, "FX-8150")
	el10, err := FindProfile("el10")
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{}
	for _, f := range el10.Lacks(&old) {
		missing[f.String()] = true
	}
	if !missing["avx2"] || missing["avx"] {
		t.Error(missing)
	}
	for _, p := range Profiles() {
		needs := p.Policy()
		if lacks := p.Lacks(&needs); len(lacks) != 0 {
			t.Error(p, "lacks", lacks)
		}
	}
	if _, err := FindProfile("el99"); !errors.Is(err, &Error{Status: Unknown}) {
		t.Error(err)
	}
}

func TestAProfileIsAskedOfACPU(t *testing.T) {
	host := offerOf(t, "Xeon-Gold-6130")
	el10, _ := FindProfile("el10")
	needs := el10.Policy()
	if needs.FitsOn(&host) {
		t.Error("a policy of no vendor fits")
	}
	if guest := needs.ForCPUOf(&host); !guest.FitsOn(&host) || guest == needs {
		t.Error("it does not fit, or was changed")
	}
}

func TestLostStateHasASize(t *testing.T) {
	guest, host := offerOf(t, "FX-8150"), offerOf(t, "Opteron-1352")
	_, found := Check(&guest, &host)
	sizes := map[string]Component{}
	for _, f := range found {
		if f.Effect == "" {
			t.Error("nothing happens:", f)
		}
		if component, is := guest.StateComponent(f); is {
			sizes[f.Field.String()] = component
		}
	}
	if sizes["xcr0_avx"] != (Component{2, 256, 576}) || sizes["avx"].Size != 0 {
		t.Error(sizes)
	}
}
