package console

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
	"sigs.k8s.io/yaml"
)

// textFiles hold the page's own words: a folder for each language, a file for each page. A new language is a new folder.
// A text is one string, with %v for its arguments, or one for each plural form of its first argument.
//
//go:embed texts
var textFiles embed.FS

type textFS interface {
	fs.ReadFileFS
	fs.ReadDirFS
}

// locale is a language that the page speaks.
type locale struct {
	Tag     language.Tag
	printer *message.Printer
	// texts by key; empty of those that have arguments, which the printer writes.
	texts   map[string]string
	numbers numberStyle
}

// locales by their tag, with English first: whoever asks for none of them gets it.
type locales struct {
	all     []*locale
	matcher language.Matcher
}

// text as it stands in the files.
type text struct {
	whole  string
	plural map[string]string
}

// UnmarshalJSON reads a string, or an object of plural forms.
func (t *text) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, &t.whole); err == nil {
		return nil
	}
	return json.Unmarshal(data, &t.plural)
}

func loadLocales(files textFS) (*locales, error) {
	folders, err := files.ReadDir("texts")
	if err != nil {
		return nil, err
	}
	out, builder := &locales{}, catalog.NewBuilder(catalog.Fallback(language.English))
	for _, folder := range folders {
		tag, err := language.Parse(folder.Name())
		if err != nil {
			return nil, fmt.Errorf("folder %s is named after no language: %w", folder.Name(), err)
		}
		texts, err := readTexts(files, path.Join("texts", folder.Name()))
		if err != nil {
			return nil, err
		}
		l := &locale{Tag: tag, printer: message.NewPrinter(tag, message.Catalog(builder)), texts: map[string]string{}, numbers: styleOf(tag)}
		for key, t := range texts {
			l.texts[key] = ""
			if !strings.Contains(t.whole, "%") {
				l.texts[key] = t.whole
			}
			if err := setText(builder, tag, key, t); err != nil {
				return nil, fmt.Errorf("text %s in %s: %w", key, folder.Name(), err)
			}
		}
		out.all = append(out.all, l)
	}
	slices.SortStableFunc(out.all, func(a, b *locale) int { // English first
		switch {
		case a.Tag == language.English:
			return -1
		case b.Tag == language.English:
			return 1
		}
		return 0
	})
	var tags []language.Tag
	for _, l := range out.all {
		tags = append(tags, l.Tag)
	}
	out.matcher = language.NewMatcher(tags)
	return out, nil
}

// readTexts of all files of a folder; a key stands in one of them.
func readTexts(files textFS, folder string) (map[string]text, error) {
	entries, err := files.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	out := map[string]text{}
	for _, entry := range entries {
		content, err := files.ReadFile(path.Join(folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		var some map[string]text
		if err := yaml.UnmarshalStrict(content, &some); err != nil {
			return nil, fmt.Errorf("%s/%s: %w", folder, entry.Name(), err)
		}
		for key, t := range some {
			if _, twice := out[key]; twice {
				return nil, fmt.Errorf("%s/%s: %s stands in another file too", folder, entry.Name(), key)
			}
			out[key] = t
		}
	}
	return out, nil
}

func setText(builder *catalog.Builder, tag language.Tag, key string, t text) error {
	if t.plural == nil {
		return builder.SetString(tag, key, t.whole)
	}
	var cases []any
	for _, form := range []string{"=0", "zero", "one", "two", "few", "many", "other"} {
		if said, ok := t.plural[form]; ok {
			cases = append(cases, form, said)
		}
	}
	if len(cases) != 2*len(t.plural) {
		return fmt.Errorf("of plural forms there are =0, zero, one, two, few, many and other")
	}
	return builder.Set(tag, key, plural.Selectf(1, "%d", cases...))
}

const languageCookie = "cpi-language"

// of a request: ?lang=, the cookie that remembers it, or what the browser prefers.
func (all *locales) of(r *http.Request) *locale {
	wishes := []string{r.URL.Query().Get("lang")}
	if cookie, err := r.Cookie(languageCookie); err == nil {
		wishes = append(wishes, cookie.Value)
	}
	wishes = append(wishes, r.Header.Get("Accept-Language"))
	_, index := language.MatchStrings(all.matcher, wishes...)
	return all.all[index]
}

// T is the text of a key with its arguments; numbers among them are written as the language does. A key that has no text
// shows itself, in brackets that stand nowhere else.
func (l *locale) T(key string, args ...any) string {
	switch whole, known := l.texts[key]; {
	case !known:
		return "⟦" + key + "⟧"
	case whole != "":
		return whole
	}
	return l.printer.Sprintf(key, args...)
}

// Word translates one of a fixed set of words of the API, such as a state; what is unknown stays as it is.
func (l *locale) Word(set, word string) string {
	key := set + "." + word
	if _, known := l.texts[key]; known {
		return l.T(key)
	}
	return word
}

// Day as the language writes it.
func (l *locale) Day(t time.Time) string { return t.Format(l.T("format.day")) }

// Instant to the minute.
func (l *locale) Instant(t time.Time) string { return t.Format(l.T("format.instant")) }

// Dir is the direction in which the language is written.
func (l *locale) Dir() string {
	switch script, _ := l.Tag.Script(); script.String() {
	case "Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm", "Rohg":
		return "rtl"
	}
	return "ltr"
}

// OwnName of the language, in itself.
func (l *locale) OwnName() string { return display.Self.Name(l.Tag) }
