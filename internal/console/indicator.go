package console

// indicator shows a CPIDefinition or a KPITarget.
func (s *site) indicator(v *visit) (*answer, error) {
	return &answer{page: "indicator", title: v.L.T("indicator.title")}, nil
}
