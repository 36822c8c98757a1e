// Package crd holds the generated CustomResourceDefinitions, for programs that check objects without a cluster.
package crd

import "embed"

// Bases are the files that controller-gen writes, one for each kind.
//
//go:embed bases/*.yaml
var Bases embed.FS
