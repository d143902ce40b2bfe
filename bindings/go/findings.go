// SPDX-License-Identifier: MIT

package cpupolicy

// #include "collect.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// Finding is one difference, or one change: in a check Guest and Host are the
// two values of the bits at Address, in a change the values before and after.
type Finding struct {
	Code        int // 1 for F001
	Grade       Grade
	Field       Field // not Known: the bits have no name
	Cause       Field // the missing need, the gate, the component
	Address     string
	Place       Place
	Mask        uint32 // within the register, not shifted
	Guest, Host uint32
	Index       uint32 // baseline: which host; lint: which rule
	Effect      string // what happens to the guest; may be empty
}

// Component is one state component of the XSAVE area.
type Component struct {
	Number uint32 // its bit in XCR0 or XSS: 18 is AMX's tile data
	Size   uint32 // bytes
	Offset uint32 // in the standard format; 0: supervisor state
}

// StateComponent is the state that a guest with this policy loses with the bits
// of a finding; false where these are no bit of XCR0 or XSS.
func (p *Policy) StateComponent(f Finding) (Component, bool) {
	var out C.struct_cpupolicy_component
	at := f.Place.c()
	if !C.cpupolicy_state_component(&out, &p.c, &at) {
		return Component{}, false
	}
	return Component{uint32(out.number), uint32(out.size),
		uint32(out.offset)}, true
}

// FindingInfo is one row of the registry of findings.
type FindingInfo struct {
	Code                  int
	Name, Summary, Remedy string
}

// InfoOf is the registry's row for a code; false where there is none.
func InfoOf(code int) (FindingInfo, bool) {
	info := C.cpupolicy_finding_info(C.uint32_t(code))
	if info == nil {
		return FindingInfo{}, false
	}
	return FindingInfo{
		Code:    int(info.code),
		Name:    C.GoString(info.name),
		Summary: C.GoString(info.summary),
		Remedy:  C.GoString(info.remedy),
	}, true
}

// String is one line: grade, code, place, name, both values, consequence.
func (f Finding) String() string {
	info, _ := InfoOf(f.Code)
	text := fmt.Sprintf("%s F%03d %s %s: guest %#x, host %#x: %s",
		f.Grade, f.Code, f.Address, f.Field, f.Guest, f.Host, info.Summary)
	if f.Effect != "" {
		text += " (" + f.Effect + ")"
	}
	return text
}

// Verdict is what all findings of one check come to.
type Verdict int

// The verdicts.
const (
	Fits Verdict = iota
	FitsWithNotes
	FitsInsecure
	DoesNotFit
)

// String is the verdict as people say it.
func (v Verdict) String() string {
	return C.GoString(C.cpupolicy_verdict_text(C.enum_cpupolicy_verdict(v)))
}

// OK is true where the guest can run there safely: it fits, with or without
// notes.
func (v Verdict) OK() bool { return v < FitsInsecure }

// listener is a sink and what it heard. The list is C's; take copies it.
type listener struct {
	heard *C.struct_findings
}

func listen() listener {
	size := C.size_t(unsafe.Sizeof(C.struct_findings{}))
	return listener{(*C.struct_findings)(C.calloc(1, size))}
}

func (l listener) sink() (*C.cpupolicy_sink, unsafe.Pointer) {
	return (*C.cpupolicy_sink)(C.collect_finding), unsafe.Pointer(l.heard)
}

// take copies what was heard and frees it.
func (l listener) take() []Finding {
	defer C.free(unsafe.Pointer(l.heard))
	defer C.free(unsafe.Pointer(l.heard.list))
	if l.heard.full {
		panic("libcpupolicy: no memory for findings")
	}
	list := unsafe.Slice(l.heard.list, int(l.heard.nr))
	findings := make([]Finding, len(list))
	for i := range list {
		f := &list[i]
		findings[i] = Finding{
			Code: int(f.code), Grade: Grade(f.grade),
			Field: Field{f.field}, Cause: Field{f.cause},
			Address: addressText(&f.at), Place: placeOf(&f.at),
			Mask: uint32(f.mask), Guest: uint32(f.guest),
			Host: uint32(f.host), Index: uint32(f.index),
			Effect: C.GoString(C.cpupolicy_finding_effect(f)),
		}
	}
	return findings
}
