// SPDX-License-Identifier: MIT

package cpupolicy

// #include "collect.h"
import "C"

import (
	"fmt"
	"strings"
	"unsafe"
)

// Grade says how bad a difference is, worst last.
type Grade int

// The grades.
const (
	None Grade = iota
	Note
	Hint
	Security
	Block
)

// String is the grade's name: "block".
func (g Grade) String() string {
	return C.GoString(C.cpupolicy_grade_name(C.enum_cpupolicy_grade(g)))
}

// Place is where a bit range lives; Space is 0 for CPUID.
type Place struct {
	Leaf, Subleaf uint32
	Space, Reg    int
	High, Low     uint
}

func placeOf(at *C.struct_cpupolicy_address) Place {
	return Place{
		Leaf: uint32(at.leaf), Subleaf: uint32(at.subleaf),
		Space: int(at.space), Reg: int(at.reg),
		High: uint(at.high), Low: uint(at.low),
	}
}

func (p Place) c() C.struct_cpupolicy_address {
	return C.struct_cpupolicy_address{
		leaf: C.uint32_t(p.Leaf), subleaf: C.uint16_t(p.Subleaf),
		space: C.uint8_t(p.Space), reg: C.uint8_t(p.Reg),
		high: C.uint8_t(p.High), low: C.uint8_t(p.Low),
	}
}

func addressText(at *C.struct_cpupolicy_address) string {
	var out [C.CPUPOLICY_ADDRESS_TEXT]C.char
	return C.GoString(C.cpupolicy_address_text(&out[0], at))
}

// Feature is a one-bit field: its number is its address.
type Feature uint64

// String is the feature's address: "7.0:ebx[5]".
func (f Feature) String() string {
	at := C.cpupolicy_feature_address(C.cpupolicy_feature(f))
	return addressText(&at)
}

// Place is where the feature's bit is.
func (f Feature) Place() Place {
	at := C.cpupolicy_feature_address(C.cpupolicy_feature(f))
	return placeOf(&at)
}

// ParseFeature reads a name, an alias or an address such as 7.0:ebx[5].
func ParseFeature(name string) (Feature, error) {
	var out C.cpupolicy_feature
	text := C.CString(name)
	defer C.free(unsafe.Pointer(text))

	status := C.cpupolicy_feature_parse(&out, text, C.size_t(len(name)))
	if status == C.CPUPOLICY_E_UNKNOWN {
		return 0, unknown(name)
	}
	return Feature(out), failed(status, name)
}

// Field is one row of the table of fields. Two are the same field if they are
// equal.
type Field struct {
	c *C.struct_cpupolicy_field // constant, never freed
}

// FindField finds a field by name or alias.
func FindField(name string) (Field, error) {
	text := C.CString(name)
	defer C.free(unsafe.Pointer(text))

	f := C.cpupolicy_field_find(text, C.size_t(len(name)))
	if f == nil {
		return Field{}, unknown(name)
	}
	return Field{f}, nil
}

// Fields are all fields, in table order.
func Fields() []Field {
	all := make([]Field, C.cpupolicy_field_count())
	for i := range all {
		all[i] = Field{C.cpupolicy_field_at(C.uint32_t(i))}
	}
	return all
}

// Known is false for bits without a name, and then so is all else.
func (f Field) Known() bool { return f.c != nil }

func (f Field) text(of func(*C.struct_cpupolicy_field) *C.char) string {
	if f.c == nil {
		return ""
	}
	return C.GoString(of(f.c))
}

// String is its name; empty for bits that have none.
func (f Field) String() string {
	return f.text(func(c *C.struct_cpupolicy_field) *C.char { return c.name })
}

// Summary is one sentence.
func (f Field) Summary() string {
	return f.text(func(c *C.struct_cpupolicy_field) *C.char { return c.summary })
}

// Effect is what happens to a guest that loses it; may be empty.
func (f Field) Effect() string {
	if f.c == nil {
		return ""
	}
	return C.GoString(C.cpupolicy_effect_text(f.c.effect))
}

// Needs are the features without which it does not exist.
func (f Field) Needs() []string {
	return strings.Fields(f.text(
		func(c *C.struct_cpupolicy_field) *C.char { return c.needs }))
}

// Address is where it is, as people write it.
func (f Field) Address() string {
	if f.c == nil {
		return ""
	}
	return addressText(&f.c.at)
}

// Place is where it is, as numbers.
func (f Field) Place() Place { return placeOf(&f.c.at) }

// Feature is its number, if it is one bit; else 0.
func (f Field) Feature() Feature {
	if f.c == nil {
		return 0
	}
	return Feature(C.cpupolicy_field_feature(f.c))
}

// Level says how it combines: "and", "or", "min", ...
func (f Field) Level() string {
	return C.GoString(C.cpupolicy_level_name(C.enum_cpupolicy_level(f.c.level)))
}

// Rule says how it is checked: "subset", "atmost", ...
func (f Field) Rule() string {
	return C.GoString(C.cpupolicy_rule_name(C.enum_cpupolicy_rule(f.c.rule)))
}

// Grade is that of a violation.
func (f Field) Grade() Grade { return Grade(f.c.grade) }

// Expose says what hosts do with it: "offer", "accept", ...
func (f Field) Expose() string {
	return C.GoString(C.cpupolicy_expose_name(
		C.enum_cpupolicy_expose(f.c.expose)))
}

func unknown(name string) error {
	text := C.CString(name)
	defer C.free(unsafe.Pointer(text))

	err := &Error{Status: Unknown,
		Text: fmt.Sprintf("unknown feature '%s'", name)}
	if near := C.cpupolicy_field_nearest(text); near != nil {
		err.Text += fmt.Sprintf(", did you mean '%s'?", C.GoString(near))
	}
	return err
}
