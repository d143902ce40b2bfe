// SPDX-License-Identifier: MIT

// Package cpupolicy decides what CPU a virtual machine sees and where it can
// move. It is libcpupolicy-host, found through pkg-config, as Go would have it;
// nothing of CPUID is known here.
package cpupolicy

// #cgo pkg-config: libcpupolicy-host
// #include "collect.h"
import "C"

import "fmt"

// Status says what can go wrong; numbers never change.
type Status int

// The statuses of enum cpupolicy_status.
const (
	Invalid      Status = C.CPUPOLICY_E_INVALID
	NoSlot       Status = C.CPUPOLICY_E_NO_SLOT
	Unknown      Status = C.CPUPOLICY_E_UNKNOWN
	OutOfRange   Status = C.CPUPOLICY_E_RANGE
	Vendor       Status = C.CPUPOLICY_E_VENDOR
	OtherVMM     Status = C.CPUPOLICY_E_HYPERVISOR
	Differs      Status = C.CPUPOLICY_E_DIFFERS
	Limitation   Status = C.CPUPOLICY_E_LIMITATION
	ModeVendor   Status = C.CPUPOLICY_E_MODE_VENDOR
	NotQualified Status = C.CPUPOLICY_E_NOT_QUALIFIED
	Empty        Status = C.CPUPOLICY_E_EMPTY
	Space        Status = C.CPUPOLICY_E_SPACE
	Magic        Status = C.CPUPOLICY_E_MAGIC
	Truncated    Status = C.CPUPOLICY_E_TRUNCATED
	Checksum     Status = C.CPUPOLICY_E_CHECKSUM
	Version      Status = C.CPUPOLICY_E_VERSION
	Order        Status = C.CPUPOLICY_E_ORDER
	Section      Status = C.CPUPOLICY_E_SECTION
	Trailing     Status = C.CPUPOLICY_E_TRAILING
	Derived      Status = C.CPUPOLICY_E_DERIVED
	Exceeds      Status = C.CPUPOLICY_E_EXCEEDS
	IO           Status = C.CPUPOLICY_E_IO
	Syntax       Status = C.CPUPOLICY_E_SYNTAX
	Meaning      Status = C.CPUPOLICY_E_MEANING
	Memory       Status = C.CPUPOLICY_E_MEMORY
	Unsupported  Status = C.CPUPOLICY_E_UNSUPPORTED
)

// String is one sentence.
func (s Status) String() string {
	return C.GoString(C.cpupolicy_strerror(C.int(s)))
}

// Error is a failed operation. Line and Column count from 1; 0 where they mean
// nothing.
type Error struct {
	Status       Status
	Text         string
	Line, Column int
}

func (e *Error) Error() string {
	if e.Text != "" {
		return e.Text
	}
	return e.Status.String()
}

// Is makes errors.Is(err, &Error{Status: Vendor}) true for every error of that
// status.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error)
	return ok && other.Status == e.Status && other.Text == ""
}

// failed passes on what is not negative, and makes an error of the rest.
func failed(status C.int, about string) error {
	if status >= 0 {
		return nil
	}
	err := &Error{Status: Status(status)}
	if about != "" {
		err.Text = fmt.Sprintf("%s: %s", about, err.Status)
	}
	return err
}

// toldBy is the error that the hosted library filled in.
func toldBy(e *C.struct_cpupolicy_error) error {
	return &Error{
		Status: Status(e.status),
		Text:   C.GoString(&e.text[0]),
		Line:   int(e.line),
		Column: int(e.column),
	}
}
