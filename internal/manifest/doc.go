// Package manifest reads objects from YAML files as kubectl does, and remembers where each of their fields stands, so
// that what is wrong with one can be told with file and line.
package manifest
