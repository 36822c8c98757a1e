package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/cpi-operator/cpi-operator/internal/board"
)

// lookFlags say what a command looks at: a namespace of a cluster.
type lookFlags struct {
	clusterFlags
}

// look reads the namespace as of now.
func (f *lookFlags) look(command *cobra.Command, now time.Time) (board.Objects, error) {
	c, err := f.connect()
	if err != nil {
		return board.Objects{}, err
	}
	objects, err := board.Read(command.Context(), c, c.Namespace, now)
	return objects, clusterError(err)
}
