package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/printable"
	"github.com/cpi-operator/cpi-operator/internal/starter"
	"github.com/cpi-operator/cpi-operator/internal/starter/look"
)

// initFlags are those of init.
type initFlags struct {
	wishes    starter.Wishes
	table     string
	namespace string
	output    string
	at        string
	force     bool
}

func initCommand(now time.Time) *cobra.Command {
	var flags initFlags
	command := &cobra.Command{
		Use:   "init [FILE | ADDRESS]",
		Short: "Write a first definition for a table: look at it, ask what it does not tell, say what is guessed",
		Long: `Looks at a CSV, Parquet or NDJSON file, or at a table of a PostgreSQL or MySQL database, and writes a DataSource, a Dataset
and a CPIDefinition for it, with a kustomization. It says what it takes each column for, and why; where several fit it asks, on standard
error, and reads the answer from standard input. Flags answer beforehand. Nothing is overwritten without --force.

A database's password is taken from the address or from PGPASSWORD or MYSQL_PWD, and written nowhere.`,
		Example: `  # a survey's answers, in a file
  kubectl cpi init config/samples/data/nps_survey.csv --owner support --output-dir nps

  # a table of a database
  kubectl cpi init postgres://reader@db.example/crm --table answers --owner support`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return errors.New("one table at a time: kubectl cpi init FILE or ADDRESS")
			}
			return nil
		},
		RunE: func(command *cobra.Command, args []string) error { return flags.run(command, args, now) },
	}
	w := &flags.wishes
	text := func(into *string, name, help string) { command.Flags().StringVar(into, name, "", help) }
	text(&w.Measure, "measure", "what is measured: "+strings.Join(starter.Families, ", "))
	text(&w.Score, "score", "the column that is measured")
	text(&w.Time, "time", "the column that tells when each row happened, or none")
	text(&w.Entity, "entity", "the column that tells whose rows belong together, or none")
	text(&w.Better, "better", "of a share: higher or lower")
	text(&w.Name, "name", "name of the objects; that of the table, if it is not given")
	text(&w.Title, "title", "title for people")
	text(&w.Owner, "owner", "the team that is told, and acts")
	text(&w.Theme, "theme", "what customers get: "+starter.ThemeNames())
	text(&w.TimeZone, "time-zone", "where months begin and end, such as Europe/Berlin; UTC, if it is not given")
	text(&flags.table, "table", "the database's table, as TABLE or SCHEMA.TABLE")
	command.Flags().StringVarP(&flags.namespace, "namespace", "n", "", "namespace that the kustomization puts the objects into")
	command.Flags().StringVar(&flags.output, "output-dir", "", "folder to write to; the one of the objects' name, if it is not given")
	text(&flags.at, "at", "the instant as of which data is new or old, such as 2026-11-16T09:00:00Z; now, if it is not given")
	command.Flags().BoolVar(&flags.force, "force", false, "overwrite files that are there")
	completes(command, "measure", starter.Families...)
	completes(command, "better", "higher", "lower")
	completes(command, "theme", strings.Split(starter.ThemeNames(), ", ")...)
	_ = command.MarkFlagDirname("output-dir") // it was declared above
	return command
}

func (f *initFlags) run(command *cobra.Command, args []string, now time.Time) error {
	if f.at != "" {
		at, err := time.Parse(time.RFC3339, f.at)
		if err != nil {
			return fmt.Errorf("--at %s: write an instant such as 2026-11-16T09:00:00Z", f.at)
		}
		now = at
	}
	if err := f.checkFlags(); err != nil {
		return err
	}
	p := newPrompt(command.InOrStdin(), command.ErrOrStderr())
	asker := func(q starter.Question) (string, error) { return p.ask(command.Context(), q) }
	if len(args) == 0 {
		where, err := asker(starter.Question{Text: "Where is the table (a file, or the address of a database)?"})
		if errors.Is(err, starter.ErrNobody) {
			return errors.New("say where the table is: kubectl cpi init FILE or ADDRESS")
		}
		if err != nil {
			return err
		}
		args = []string{where}
	}
	place, err := look.Find(args[0])
	if err != nil {
		return err
	}
	takePassword(place.URL)
	table, err := f.look(command.Context(), place, asker)
	if err != nil {
		return err
	}
	proposal, err := starter.Propose(table, f.wishes, asker, now)
	if err != nil {
		return err
	}
	if f.output == "" {
		f.output = proposal.Name
	}
	files := f.files(proposal, place)
	if err := f.write(files); err != nil {
		return err
	}
	tellProposal(command.ErrOrStderr(), proposal)
	for _, file := range files {
		fmt.Fprintln(command.OutOrStdout(), file.path)
	}
	return f.check(command, proposal, place, files)
}

// checkFlags that no table is needed for, before one is looked at.
func (f *initFlags) checkFlags() error {
	if zone := f.wishes.TimeZone; zone != "" {
		if _, err := time.LoadLocation(zone); err != nil || zone == "Local" {
			return fmt.Errorf("--time-zone %s: no IANA time zone is called so: write one such as Europe/Berlin", zone)
		}
	}
	if f.namespace != "" {
		if problems := validation.IsDNS1123Label(f.namespace); len(problems) > 0 {
			return fmt.Errorf("--namespace %s: %s", f.namespace, strings.Join(problems, "; "))
		}
	}
	return nil
}

// takePassword from the environment, as the database's own client does, if the address has none.
func takePassword(address *url.URL) {
	if address == nil {
		return
	}
	if _, given := address.User.Password(); given {
		return
	}
	variable := "PGPASSWORD"
	if address.Scheme == "mysql" {
		variable = "MYSQL_PWD"
	}
	if password := os.Getenv(variable); password != "" {
		address.User = url.UserPassword(address.User.Username(), password)
	}
}

// look at the table of a place.
func (f *initFlags) look(ctx context.Context, place look.Place, ask starter.Asker) (starter.Table, error) {
	scratch, err := os.MkdirTemp("", "kubectl-cpi-")
	if err != nil {
		return starter.Table{}, err
	}
	defer func() { _ = os.RemoveAll(scratch) }() // what cannot be removed now is the system's to clean
	engine, err := place.Open(ctx, scratch)
	if err != nil {
		return starter.Table{}, err
	}
	defer func() { _ = engine.Close() }() // it was only read
	table := plan.Table{Name: place.TableName()}
	switch {
	case place.URL == nil && f.table != "":
		return starter.Table{}, errors.New("--table goes with a database: a file is one table")
	case place.URL != nil && f.table == "":
		tables, err := look.Tables(ctx, engine)
		if err != nil {
			return starter.Table{}, err
		}
		if f.table, err = starter.Which(tables, ask); err != nil {
			return starter.Table{}, err
		}
	}
	if f.table != "" {
		schema, name, qualified := strings.Cut(f.table, ".")
		table = plan.Table{Schema: schema, Name: name}
		if !qualified {
			table = plan.Table{Name: f.table}
		}
	}
	return look.Table(ctx, engine, table)
}

// initFile is one to be written.
type initFile struct {
	path string
	text string
	// copied is the file to copy; empty if text is what to write.
	copied string
}

// files that a proposal comes to.
func (f *initFlags) files(p *starter.Proposal, place look.Place) []initFile {
	origin := place.Origin()
	in := func(name string) string { return filepath.Join(f.output, name) }
	out := []initFile{
		{path: in(p.Name + ".yaml"), text: p.YAML(origin)},
		{path: in("kustomization.yaml"), text: p.Kustomization(origin, f.namespace)},
	}
	switch {
	case origin.Server != nil:
		out = append(out, initFile{path: in(p.Name + "-secret.yaml"), text: p.Secret(*origin.Server)})
	case !origin.File.TooLarge && !sameFile(in(origin.File.Key), place.Path):
		out = append(out, initFile{path: in(origin.File.Key), copied: place.Path})
	}
	return out
}

func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// write all files or, if one is there already, none.
func (f *initFlags) write(files []initFile) error {
	var there []string
	for _, file := range files {
		if _, err := os.Lstat(file.path); err == nil {
			there = append(there, file.path)
		}
	}
	if len(there) > 0 && !f.force {
		return fmt.Errorf("%s: there already; nothing was written. --force overwrites, --output-dir writes elsewhere", strings.Join(there, ", "))
	}
	if err := os.MkdirAll(f.output, 0o755); err != nil {
		return err
	}
	for _, file := range files {
		text := []byte(file.text)
		if file.copied != "" {
			var err error
			if text, err = os.ReadFile(file.copied); err != nil {
				return err
			}
		}
		if err := os.WriteFile(file.path, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func tellProposal(out io.Writer, p *starter.Proposal) {
	rows := make([][]string, len(p.Notes))
	for i, n := range p.Notes {
		rows[i] = []string{n.Column, n.Is, n.Why}
	}
	_ = listing{headings: []string{"COLUMN", "IS TAKEN FOR", "BECAUSE"}, rows: rows}.print(out, "table") // to standard error, or nowhere
	if len(p.Cautions) > 0 {
		fmt.Fprintln(out, "\nGuessed, or not to be known from the table:")
	}
	for _, c := range p.Cautions {
		fmt.Fprintf(out, "- %s\n", printable.Line(c))
	}
	fmt.Fprintln(out)
}

// check that what was written is valid, and say what to do next.
func (f *initFlags) check(command *cobra.Command, p *starter.Proposal, place look.Place, files []initFile) error {
	written := fileFlags{namespace: "default"}
	for _, file := range files {
		if file.copied == "" {
			written.paths = append(written.paths, file.path)
		}
	}
	namespaces, findings, err := written.load(command.Context(), nil)
	if err != nil {
		return err
	}
	for _, n := range namespaces {
		findings = append(findings, n.Validate()...)
	}
	out := command.ErrOrStderr()
	if len(findings) > 0 {
		if err := printFindings(out, "text", findings); err != nil {
			return err
		}
		return notInOrder{}
	}
	bind := ""
	switch origin := place.Origin(); {
	case origin.Server != nil:
		bind = fmt.Sprintf(" --bind '%s=%s://USER:PASSWORD@%s%s'", p.Name, place.URL.Scheme, place.URL.Host, place.URL.Path)
	case origin.File.TooLarge:
		bind = fmt.Sprintf(" --bind %s=file:%s", p.Name, place.Path)
	}
	fmt.Fprintf(out, "Written and valid. Its number: kubectl cpi compute -f %s%s\n", f.output, bind)
	return nil
}
