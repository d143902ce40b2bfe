// SPDX-License-Identifier: MIT

// label-node prints the labels of a node for a scheduler: what class of CPU it
// is, what ABI level it reaches, and which of the pools' policies it can honour.
//
// usage: label-node [--record FILE] [POLICY...]
//
// Without a record, this machine is read.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"libcpupolicy/cpupolicy"
)

func fail(err error) {
	fmt.Fprintln(os.Stderr, "label-node:", err)
	os.Exit(2)
}

// readNode is the record named, or this machine.
func readNode(args []string) (*cpupolicy.Record, []string) {
	if len(args) == 0 || args[0] != "--record" {
		record, err := cpupolicy.Probe(false)
		if err != nil {
			fail(err)
		}
		return record, args
	}
	if len(args) < 2 {
		fail(fmt.Errorf("--record needs a file"))
	}
	document, err := cpupolicy.ReadFile(args[1])
	if err != nil {
		fail(err)
	}
	if document.Record == nil {
		fail(fmt.Errorf("%s: is a policy; expected a record", args[1]))
	}
	return document.Record, args[2:]
}

func main() {
	record, paths := readNode(os.Args[1:])
	offer, err := record.Offer()
	if err != nil {
		fail(err)
	}
	accept, err := record.Accept()
	if err != nil {
		fail(err)
	}
	fmt.Printf("cpupolicy/class=%016x\n", offer.ClassID())
	fmt.Printf("cpupolicy/abi=x86-64-v%d\n", offer.ABILevel())
	for _, path := range paths {
		pool, err := cpupolicy.ReadFile(path)
		if err != nil {
			fail(err)
		}
		if pool.Record != nil {
			fail(fmt.Errorf("%s: is a record; expected a policy", path))
		}
		verdict, findings := cpupolicy.Check(&pool.Policy, &accept)
		name := strings.TrimSuffix(filepath.Base(pool.Name), ".json")
		fmt.Printf("cpupolicy/pool-%s=%t\n", name, verdict.OK())
		for _, f := range findings {
			if f.Grade >= cpupolicy.Security {
				fmt.Fprintln(os.Stderr, f)
			}
		}
	}
}
