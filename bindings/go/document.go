// SPDX-License-Identifier: MIT

package cpupolicy

// #include "collect.h"
import "C"

import "unsafe"

// Document is what a file turned out to hold: a record or a policy.
type Document struct {
	Format string
	Name   string
	Record *Record // nil: it is a policy
	Policy Policy
}

// ReadFile reads a file in any format the library knows; "-" is standard
// input. An error begins with the file and the line.
func ReadFile(path string) (Document, error) {
	var (
		c   C.struct_cpupolicy_document
		why C.struct_cpupolicy_error
	)
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	if C.cpupolicy_document_read(&c, name, &why) < 0 {
		return Document{}, toldBy(&why)
	}
	return take(&c, path)
}

// Parse reads text in memory; name is how messages call it.
func Parse(name string, data []byte) (Document, error) {
	var (
		c   C.struct_cpupolicy_document
		why C.struct_cpupolicy_error
	)
	cname := C.CString(name)
	defer C.free(unsafe.Pointer(cname))
	in := C.CBytes(data)
	defer C.free(in)
	if C.cpupolicy_document_parse(&c, cname, in, C.size_t(len(data)),
		&why) < 0 {
		return Document{}, toldBy(&why)
	}
	return take(&c, name)
}

// take moves what a document holds, and clears it.
func take(c *C.struct_cpupolicy_document, path string) (Document, error) {
	defer C.cpupolicy_document_clear(c)
	out := Document{Format: C.GoString(c.format), Name: path}
	switch c.kind {
	case C.CPUPOLICY_DOCUMENT_RECORD:
		out.Record = newRecord(c.record)
		c.record = nil
		if name := out.Record.Name(); name != "" {
			out.Name = name
		}
	case C.CPUPOLICY_DOCUMENT_POLICY:
		out.Policy = Policy{c.policy}
		if c.policy_name != nil {
			out.Name = C.GoString(c.policy_name)
		}
	default:
		return Document{}, &Error{Status: Meaning,
			Text: path + ": is a mask; expected a policy or a record"}
	}
	return out, nil
}
