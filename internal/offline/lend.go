package offline

import "maps"

// Lend gives n's ConfigMaps and Secrets to another namespace, in the place of those of the same names: both are then computed
// on the same data.
func (n *Namespace) Lend(to *Namespace) {
	maps.Copy(to.ConfigMaps, n.ConfigMaps)
	maps.Copy(to.Secrets, n.Secrets)
}
