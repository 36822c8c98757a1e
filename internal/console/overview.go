package console

// start leads to the only namespace, or lists them.
func (s *site) start(v *visit) (*answer, error) {
	names, err := s.source.Namespaces(v.Context())
	if err != nil {
		return nil, err
	}
	if len(names) == 1 {
		return &answer{redirect: "/ns/" + names[0]}, nil
	}
	return &answer{page: "namespaces", title: v.L.T("namespaces.title"), data: names}, nil
}

func (s *site) overview(v *visit) (*answer, error) {
	return &answer{page: "overview", title: v.L.T("overview.title")}, nil
}
