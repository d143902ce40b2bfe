// SPDX-License-Identifier: MIT

package cpupolicy

// #include "collect.h"
import "C"

import (
	"runtime"
	"strings"
	"unsafe"
)

// Record is what was read from one machine.
type Record struct {
	c *C.struct_cpupolicy_record
}

// Core is CPUs of one machine that say the same.
type Core struct {
	CPUs                    string
	Brand                   string
	Family, Model, Stepping uint32
	Rows                    []Row
	MSRs                    map[uint32]uint64
}

func newRecord(c *C.struct_cpupolicy_record) *Record {
	if c == nil {
		panic("libcpupolicy: no memory for a record")
	}
	r := &Record{c}
	runtime.SetFinalizer(r, func(r *Record) { C.cpupolicy_record_free(r.c) })
	return r
}

// NewRecord is a record without CPUs.
func NewRecord() *Record { return newRecord(C.cpupolicy_record_new()) }

// AddCPU adds one logical CPU. One that says the same as an earlier one joins
// its core.
func (r *Record) AddCPU(cpu uint32, rows []Row, msrs map[uint32]uint64) error {
	crows := make([]C.struct_cpupolicy_row, len(rows)+1)
	for i := range rows {
		crows[i] = rows[i].c()
	}
	cmsrs := make([]C.struct_cpupolicy_msr, 0, len(msrs)+1)
	for index, value := range msrs {
		cmsrs = append(cmsrs, C.struct_cpupolicy_msr{
			index: C.uint32_t(index), value: C.uint64_t(value)})
	}
	cmsrs = append(cmsrs, C.struct_cpupolicy_msr{})
	defer runtime.KeepAlive(r)
	return failed(C.cpupolicy_record_add_cpu(r.c, C.uint32_t(cpu), &crows[0],
		C.size_t(len(rows)), &cmsrs[0], C.size_t(len(msrs))), "")
}

// Probe records this machine; of KVM, what this machine's KVM supports.
func Probe(ofKVM bool) (*Record, error) {
	var (
		out    *C.struct_cpupolicy_record
		why    C.struct_cpupolicy_error
		status C.int
	)
	if ofKVM {
		status = C.cpupolicy_record_probe_kvm(&out, &why)
	} else {
		status = C.cpupolicy_record_probe(&out, &why)
	}
	if status < 0 {
		return nil, toldBy(&why)
	}
	return newRecord(out), nil
}

// Name is the host's name, or the file's; may be empty.
func (r *Record) Name() string {
	defer runtime.KeepAlive(r)
	return C.GoString(r.c.name)
}

// Notes are what reading did and saw.
func (r *Record) Notes() []string {
	defer runtime.KeepAlive(r)
	notes := make([]string, 0, int(r.c.nr_notes))
	for _, note := range unsafe.Slice(r.c.notes, int(r.c.nr_notes)) {
		notes = append(notes, C.GoString(note))
	}
	return notes
}

// Cores are its distinct CPUs.
func (r *Record) Cores() []Core {
	defer runtime.KeepAlive(r)
	list := unsafe.Slice(r.c.cores, int(r.c.nr_cores))
	cores := make([]Core, 0, len(list))
	for i := range list {
		cores = append(cores, coreOf(&list[i]))
	}
	return cores
}

func coreOf(c *C.struct_cpupolicy_core) Core {
	var brand [64]C.char
	C.cpupolicy_core_brand(&brand[0], c)
	signature := C.cpupolicy_core_signature(c)
	core := Core{
		CPUs:     C.GoString(c.cpus),
		Brand:    C.GoString(&brand[0]),
		Family:   uint32(signature.family),
		Model:    uint32(signature.model),
		Stepping: uint32(signature.stepping),
		MSRs:     map[uint32]uint64{},
	}
	rows := unsafe.Slice(c.rows, int(c.nr_rows))
	for i := range rows {
		core.Rows = append(core.Rows, rowOf(&rows[i]))
	}
	for _, msr := range unsafe.Slice(c.msrs, int(c.nr_msrs)) {
		core.MSRs[uint32(msr.index)] = uint64(msr.value)
	}
	return core
}

// IsGuest tells whether it was taken inside a virtual machine.
func (r *Record) IsGuest() bool {
	defer runtime.KeepAlive(r)
	return bool(C.cpupolicy_record_is_guest(r.c))
}

// HasVirtualization tells whether the machine has VMX or SVM.
func (r *Record) HasVirtualization() bool {
	defer runtime.KeepAlive(r)
	return bool(C.cpupolicy_record_virtualization(r.c))
}

// Options say how a machine is read; the zero Options are those for new guests
// of no hypervisor.
type Options struct {
	Accept     bool   // for guests that may already have been promised more
	Hypervisor string // kvm, xen, hyperv, vmware, kvm-6.1; empty: none
	Named      bool   // by the user, not assumed: its leaves count
	Guest      bool   // the rows are those of a virtual machine
}

// HostSet is what the machine can honour, and what was left out or added.
func (r *Record) HostSet(o Options) (p Policy, told []Finding, err error) {
	if o.Hypervisor == "" {
		o.Hypervisor = "none"
	}
	name := C.CString(o.Hypervisor)
	defer C.free(unsafe.Pointer(name))
	options := C.struct_cpupolicy_hostset_options{
		named: C.bool(o.Named), guest: C.bool(o.Guest)}
	if bad := C.cpupolicy_hypervisor_parse(&options, name); bad < 0 {
		return p, nil, failed(bad, o.Hypervisor)
	}
	if o.Accept {
		options.set = C.CPUPOLICY_SET_ACCEPT
	}
	var why C.struct_cpupolicy_error
	l := listen()
	sink, arg := l.sink()
	status := C.cpupolicy_record_hostset(&p.c, r.c, &options, sink, arg, &why)
	runtime.KeepAlive(r)
	told = l.take()
	if status < 0 {
		return Policy{}, told, toldBy(&why)
	}
	return p, told, nil
}

// Offer is for new guests. KVM is assumed.
func (r *Record) Offer() (Policy, error) {
	p, _, err := r.HostSet(Options{Hypervisor: "kvm"})
	return p, err
}

// Accept is for guests that may already have been promised more. KVM is
// assumed.
func (r *Record) Accept() (Policy, error) {
	p, _, err := r.HostSet(Options{Hypervisor: "kvm", Accept: true})
	return p, err
}

// Write is the record's text in a format, and what the format cannot hold.
func (r *Record) Write(format string) (text string, lost []string, err error) {
	name := C.CString(format)
	defer C.free(unsafe.Pointer(name))
	size := C.size_t(unsafe.Sizeof(C.struct_sentences{}))
	all := (*C.struct_sentences)(C.calloc(1, size))
	defer C.free(unsafe.Pointer(all))
	defer func() { C.free(unsafe.Pointer(all.text)) }()
	var (
		out *C.char
		why C.struct_cpupolicy_error
	)
	defer runtime.KeepAlive(r)
	if C.cpupolicy_record_write(&out, r.c, name, (*C.cpupolicy_lost)(C.collect_sentence),
		unsafe.Pointer(all), &why) < 0 {
		return "", nil, toldBy(&why)
	}
	if all.bytes != 0 {
		lost = strings.Split(strings.TrimSuffix(C.GoString(all.text), "\n"),
			"\n")
	}
	return takeText(out), lost, nil
}
