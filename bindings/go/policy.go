// SPDX-License-Identifier: MIT

package cpupolicy

// #include "collect.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// Policy is what one guest is promised: a value, copied with =, compared with
// ==, and fit to be a map's key. The zero Policy promises nothing.
type Policy struct {
	c C.struct_cpupolicy_policy
}

// Row is what CPUID answers to one leaf and sub-leaf.
type Row struct {
	Leaf, Subleaf, EAX, EBX, ECX, EDX uint32
}

func (r Row) c() C.struct_cpupolicy_row {
	return C.struct_cpupolicy_row{
		leaf: C.uint32_t(r.Leaf), subleaf: C.uint32_t(r.Subleaf),
		eax: C.uint32_t(r.EAX), ebx: C.uint32_t(r.EBX),
		ecx: C.uint32_t(r.ECX), edx: C.uint32_t(r.EDX),
	}
}

func rowOf(r *C.struct_cpupolicy_row) Row {
	return Row{uint32(r.leaf), uint32(r.subleaf), uint32(r.eax),
		uint32(r.ebx), uint32(r.ecx), uint32(r.edx)}
}

// Model is a named model, such as x86-64-v3.
func Model(name string) (p Policy, err error) {
	text := C.CString(name)
	defer C.free(unsafe.Pointer(text))

	model := C.cpupolicy_model_find(text)
	if model == nil {
		return p, &Error{Status: Unknown,
			Text: fmt.Sprintf("unknown model '%s'", name)}
	}
	return p, failed(C.cpupolicy_model_policy(&p.c, model), name)
}

// Has tells whether a feature is promised.
func (p *Policy) Has(feature Feature) bool {
	return bool(C.cpupolicy_policy_has(&p.c, C.cpupolicy_feature(feature)))
}

// Get is the number in a field.
func (p *Policy) Get(field Field) uint32 {
	return uint32(C.cpupolicy_field_get(&p.c, field.c))
}

// Features are the named features it has, in table order.
func (p *Policy) Features() []Field {
	var has []Field
	for _, f := range Fields() {
		if f.Feature() != 0 && p.Get(f) != 0 {
			has = append(has, f)
		}
	}
	return has
}

// Rows are what it holds of CPUID, without rows that are all zero.
func (p *Policy) Rows() []Row {
	var (
		rows []Row
		row  C.struct_cpupolicy_row
	)
	for i := C.uint32_t(0); C.cpupolicy_policy_row_at(&row, &p.c, i) != 0; i++ {
		if row.eax|row.ebx|row.ecx|row.edx != 0 {
			rows = append(rows, rowOf(&row))
		}
	}
	return rows
}

// MSRs are its feature MSRs that are not zero.
func (p *Policy) MSRs() map[uint32]uint64 {
	var msr C.struct_cpupolicy_msr
	msrs := map[uint32]uint64{}
	for i := C.uint32_t(0); C.cpupolicy_policy_msr_at(&msr, &p.c, i) != 0; i++ {
		if msr.value != 0 {
			msrs[uint32(msr.index)] = uint64(msr.value)
		}
	}
	return msrs
}

// VendorString is the 12 characters of leaf 0.
func (p *Policy) VendorString() string {
	var out [13]C.char
	C.cpupolicy_policy_vendor_string(&out[0], &p.c)
	return C.GoString(&out[0])
}

// ABILevel is the highest x86-64 ABI level it reaches: 0 to 4.
func (p *Policy) ABILevel() int {
	return int(C.cpupolicy_abi_level(&p.c))
}

// ClassID is one number for what it promises, the same for ever.
func (p *Policy) ClassID() uint64 {
	return uint64(C.cpupolicy_policy_class_id(&p.c))
}

// Set sets or clears one bit; nothing is derived or closed.
func (p *Policy) Set(feature Feature, value bool) error {
	return failed(C.cpupolicy_policy_set(&p.c,
		C.cpupolicy_feature(feature), C.bool(value)), feature.String())
}

// Put stores a number in a field; nothing is derived or closed.
func (p *Policy) Put(field Field, value uint32) error {
	return failed(C.cpupolicy_field_set(&p.c, field.c, C.uint32_t(value)),
		field.String())
}

// SetRow stores a row as it is.
func (p *Policy) SetRow(row Row) error {
	c := row.c()
	return failed(C.cpupolicy_policy_set_row(&p.c, &c), "")
}

// SetMSR stores a feature MSR.
func (p *Policy) SetMSR(index uint32, value uint64) error {
	c := C.struct_cpupolicy_msr{index: C.uint32_t(index),
		value: C.uint64_t(value)}
	return failed(C.cpupolicy_policy_set_msr(&p.c, &c), "")
}

// Encode is the canonical byte form: the same policy, the same bytes.
func (p *Policy) Encode() []byte {
	out := make([]byte, C.CPUPOLICY_ENCODED_MAX)
	size := C.cpupolicy_encode(unsafe.Pointer(&out[0]), C.size_t(len(out)),
		&p.c)
	return out[:size:size]
}

// Decode reads the canonical byte form; all or nothing.
func Decode(data []byte) (p Policy, err error) {
	in := C.CBytes(data)
	defer C.free(in)
	return p, failed(C.cpupolicy_decode(&p.c, in, C.size_t(len(data))), "")
}

// JSON is the library's own text form; name may be empty.
func (p *Policy) JSON(name string) string {
	text := C.CString(name)
	defer C.free(unsafe.Pointer(text))
	if name == "" {
		return takeText(C.cpupolicy_policy_to_json(&p.c, nil))
	}
	return takeText(C.cpupolicy_policy_to_json(&p.c, text))
}

// takeText is text that C allocated, which is freed.
func takeText(text *C.char) string {
	if text == nil {
		panic("libcpupolicy: no memory for a text")
	}
	defer C.free(unsafe.Pointer(text))
	return C.GoString(text)
}
