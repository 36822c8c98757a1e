package console

func (s *site) graph(v *visit) (*answer, error) {
	return &answer{page: "graph", title: v.L.T("graph.title")}, nil
}
