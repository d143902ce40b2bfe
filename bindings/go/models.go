// SPDX-License-Identifier: MIT

package cpupolicy

// #include "collect.h"
import "C"

import (
	"fmt"
	"strings"
	"sync"
	"unsafe"
)

// ModelInfo is a named policy: an ABI level, a CPU generation, a mode.
type ModelInfo struct {
	Name, Title, Summary string
	Aliases              []string
	Year                 int // when the first such CPU came; 0: none
	index                C.uint32_t
}

func (m ModelInfo) String() string { return m.Name }

// Policy is the model as a policy. One of no vendor's CPU, such as an ABI
// level, serves to ask with: see ForCPUOf.
func (m ModelInfo) Policy() Policy {
	var p Policy
	C.cpupolicy_model_policy(&p.c, C.cpupolicy_model_at(m.index))
	return p
}

// Models are all models: by vendor (those of any first), by year, by name.
func Models() []ModelInfo {
	var all []ModelInfo
	for i := C.uint32_t(0); ; i++ {
		model := C.cpupolicy_model_at(i)
		if model == nil {
			return all
		}
		all = append(all, modelOf(i, model))
	}
}

func modelOf(index C.uint32_t, c *C.struct_cpupolicy_model) ModelInfo {
	return ModelInfo{
		Name:    C.GoString(c.name),
		Title:   C.GoString(c.title),
		Summary: C.GoString(c.summary),
		Aliases: strings.Fields(C.GoString(c.aliases)),
		Year:    int(c.year),
		index:   index,
	}
}

// Relation is what one model is to another.
type Relation int

// The relations: Below says that its guests run where the other is offered.
const (
	Unrelated Relation = iota
	Equal
	Below
	Above
)

// Relation is what the model is to another.
func (m ModelInfo) Relation(other ModelInfo) Relation {
	return Relation(C.cpupolicy_models_relation(order(), m.index, other.index))
}

var (
	ordered *C.struct_cpupolicy_models // as long as the program
	once    sync.Once
)

func order() *C.struct_cpupolicy_models {
	once.Do(func() { ordered = C.cpupolicy_models_new() })
	if ordered == nil {
		panic("libcpupolicy: no memory for models")
	}
	return ordered
}

// Fit is what one model is to a policy: Blocks says how much of it the policy
// lacks, 0 that it fits.
type Fit struct {
	Model  ModelInfo
	Blocks int
}

// ClosestModels are first the greatest models that fit a policy, the best one
// first, then those that do not, the nearest miss first.
func (p *Policy) ClosestModels() []Fit {
	models := order()
	out := make([]C.struct_cpupolicy_fit, C.cpupolicy_models_count(models))
	nr := C.cpupolicy_models_fit(&out[0], models, &p.c)
	fits := make([]Fit, nr)
	for i := range fits {
		model := out[i].model
		fits[i] = Fit{modelOf(model, C.cpupolicy_model_at(model)),
			int(out[i].blocks)}
	}
	return fits
}

// Profile is what one kind of guest requires: a distribution, Windows, a
// database.
type Profile struct {
	Name, Title string
	c           *C.struct_cpupolicy_profile // constant, never freed
}

func (p Profile) String() string { return p.Name }

func profileOf(c *C.struct_cpupolicy_profile) Profile {
	return Profile{C.GoString(c.name), C.GoString(c.title), c}
}

// Profiles are all that the library knows.
func Profiles() []Profile {
	var all []Profile
	for i := C.uint32_t(0); ; i++ {
		c := C.cpupolicy_profile_at(i)
		if c == nil {
			return all
		}
		all = append(all, profileOf(c))
	}
}

// FindProfile finds a profile by name, such as el10.
func FindProfile(name string) (Profile, error) {
	text := C.CString(name)
	defer C.free(unsafe.Pointer(text))
	c := C.cpupolicy_profile_find(text)
	if c == nil {
		return Profile{}, &Error{Status: Unknown,
			Text: fmt.Sprintf("unknown profile '%s'", name)}
	}
	return profileOf(c), nil
}

// Lacks is what such a guest needs and the policy has not; empty: all is there.
func (p Profile) Lacks(policy *Policy) []Field {
	var (
		missing []Field
		at      C.uint32_t
	)
	for {
		field := C.cpupolicy_profile_lacks(&policy.c, p.c, &at)
		if field == nil {
			return missing
		}
		missing = append(missing, Field{field})
	}
}

// Policy is all that such a guest needs, to ask with: see ForCPUOf.
func (p Profile) Policy() Policy {
	var policy Policy
	C.cpupolicy_profile_policy(&policy.c, p.c)
	return policy
}

// ForCPUOf is the policy with the vendor of the other, where it has none: as it
// is, one of no vendor's CPU fits nowhere.
func (p Policy) ForCPUOf(other *Policy) Policy {
	C.cpupolicy_policy_adopt_vendor(&p.c, &other.c)
	return p
}
