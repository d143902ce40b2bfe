// SPDX-License-Identifier: MIT

package cpupolicy

// #include "collect.h"
import "C"

import "unsafe"

// Check tells whether a guest can run on a host, and if not, exactly why: all
// findings, in table order.
func Check(guest, host *Policy) (Verdict, []Finding) {
	l := listen()
	sink, arg := l.sink()
	verdict := C.cpupolicy_check(&guest.c, &host.c, sink, arg)
	return Verdict(verdict), l.take()
}

// FitsOn is the order on policies: whatever was promised the guest is honoured
// by the host.
func (p *Policy) FitsOn(host *Policy) bool {
	return C.cpupolicy_check(&p.c, &host.c, nil, nil) !=
		C.CPUPOLICY_DOES_NOT_FIT
}

// CheckClock tells whether the guest's time-stamp counter goes on at the same
// pace. 0 is an unknown frequency.
func CheckClock(guestKHz, hostKHz uint32, scales bool) bool {
	guest := C.struct_cpupolicy_clock{tsc_khz: C.uint32_t(guestKHz)}
	host := C.struct_cpupolicy_clock{tsc_khz: C.uint32_t(hostKHz),
		scales: C.bool(scales)}
	return bool(C.cpupolicy_check_clock(&guest, &host))
}

// Intersect is the greatest policy that both can honour.
func Intersect(a, b *Policy) (out Policy, err error) {
	return out, failed(C.cpupolicy_intersect(&out.c, &a.c, &b.c), "")
}

// Baseline is the best that all these hosts can honour, and what each costs: a
// finding's Index says which host.
func Baseline(hosts ...Policy) (out Policy, cost []Finding, err error) {
	size := C.size_t(unsafe.Sizeof(C.struct_cpupolicy_baseline{}))
	state := (*C.struct_cpupolicy_baseline)(C.calloc(1, size))
	defer C.free(unsafe.Pointer(state))
	l := listen()
	sink, arg := l.sink()

	C.cpupolicy_baseline_begin(state, sink, arg)
	for i := range hosts {
		err = failed(C.cpupolicy_baseline_add(state, &hosts[i].c), "")
		if err != nil {
			break
		}
	}
	if err == nil {
		err = failed(C.cpupolicy_baseline_finish(&out.c, state), "")
	}
	return out, l.take(), err
}

// Normalize makes a policy consistent; what changed is told.
func (p *Policy) Normalize() []Finding {
	l := listen()
	sink, arg := l.sink()
	C.cpupolicy_normalize(&p.c, sink, arg)
	return l.take()
}

// Hide takes features away, and what needs them.
func (p *Policy) Hide(features ...Feature) ([]Finding, error) {
	l := listen()
	sink, arg := l.sink()
	numbers := make([]C.cpupolicy_feature, len(features)+1)
	for i, f := range features {
		numbers[i] = C.cpupolicy_feature(f)
	}
	status := C.cpupolicy_hide(&p.c, &numbers[0], C.size_t(len(features)),
		sink, arg)
	return l.take(), failed(status, "")
}

// Cap lowers a number.
func (p *Policy) Cap(field Field, value uint32) ([]Finding, error) {
	l := listen()
	sink, arg := l.sink()
	status := C.cpupolicy_cap(&p.c, field.c, C.uint32_t(value), sink, arg)
	return l.take(), failed(status, field.String())
}

// Mask keeps only what the mask has too.
func (p *Policy) Mask(mask *Policy) []Finding {
	l := listen()
	sink, arg := l.sink()
	C.cpupolicy_mask(&p.c, &mask.c, sink, arg)
	return l.take()
}

// ApplyMode masks by a named mode, such as hyperv-r2.
func (p *Policy) ApplyMode(name string) ([]Finding, error) {
	text := C.CString(name)
	defer C.free(unsafe.Pointer(text))
	l := listen()
	sink, arg := l.sink()
	status := C.cpupolicy_apply_mode(&p.c, text, sink, arg)
	return l.take(), failed(status, name)
}

// Lint tells inconsistencies that real guests trip over.
func (p *Policy) Lint() []Finding {
	l := listen()
	sink, arg := l.sink()
	C.cpupolicy_lint(&p.c, sink, arg)
	return l.take()
}

// ModeFeatures is the literal list of a mode for the maker of a policy; nil
// where there is none.
func ModeFeatures(name string, of *Policy) []string {
	vendor := C.cpupolicy_policy_vendor(&of.c)
	for i := C.uint32_t(0); ; i++ {
		mode := C.cpupolicy_mode_at(i)
		if mode == nil {
			return nil
		}
		if C.GoString(mode.name) != name || mode.vendor != vendor {
			continue
		}
		names := []string{}
		hidden := unsafe.Slice(mode.hide, 1<<16)
		for j := 0; hidden[j] != nil; j++ {
			names = append(names, C.GoString(hidden[j]))
		}
		return names
	}
}
