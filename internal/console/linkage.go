package console

// linkage shows a CPILinkage.
func (s *site) linkage(v *visit) (*answer, error) {
	return &answer{page: "linkage", title: v.L.T("linkage.title")}, nil
}
