package metrics

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/cpi-operator/cpi-operator/internal/alert"
)

const sourceKind = alert.Source

// contentType is the text format that every version of Prometheus reads.
var contentType = string(expfmt.NewFormat(expfmt.TypeTextPlain))

// Handler serves the indicators' series followed by those of rest. With gzip the body is a row of gzip
// members, as RFC 1952 allows: text compressed once is sent many times.
func (s *Store) Handler(rest prometheus.Gatherer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		compressed := acceptsGzip(r)
		w.Header().Set("Content-Type", contentType)
		w.Header().Add("Vary", "Accept-Encoding")
		if compressed {
			w.Header().Set("Content-Encoding", "gzip")
		}
		body := buffers.Get().(*bufio.Writer)
		defer buffers.Put(body)
		body.Reset(w)
		if s.exporting.Load() {
			if err := s.writeIndicators(body, compressed); err != nil {
				return // the client went away
			}
		}
		writeRest(body, rest, compressed)
		_ = body.Flush() // nobody is left to tell
	})
}

// buffers gather the many small texts into large writes.
var buffers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 64<<10) }}

var snapshots = sync.Pool{New: func() any { return new([shardCount]*joined) }}

func (s *Store) writeIndicators(w io.Writer, compressed bool) error {
	shards := snapshots.Get().(*[shardCount]*joined)
	defer func() {
		clear(shards[:])
		snapshots.Put(shards)
	}()
	s.snapshot(shards, compressed)
	for family := range familyCount {
		head := false
		for _, j := range shards {
			if len(j.text[family]) == 0 {
				continue
			}
			if !head {
				head = true
				if _, err := w.Write(headings[family].of(compressed)); err != nil {
					return err
				}
			}
			body := j.text[family]
			if compressed {
				body = j.zip[family]
			}
			if _, err := w.Write(body); err != nil {
				return err
			}
		}
	}
	return nil
}

// heading is a family's HELP and TYPE, as text and compressed.
type heading struct{ text, zip []byte }

func (h heading) of(compressed bool) []byte {
	if compressed {
		return h.zip
	}
	return h.text
}

var headings = func() (out [familyCount]heading) {
	for i, f := range families {
		text := []byte("# HELP " + f.name + " " + f.help + "\n# TYPE " + f.name + " gauge\n")
		out[i] = heading{text: text, zip: compress(text)}
	}
	return out
}()

// writeRest sends what rest gathers. What cannot be gathered is counted, and the others are sent all the same.
func writeRest(w io.Writer, rest prometheus.Gatherer, compressed bool) {
	gathered, err := rest.Gather()
	if err != nil {
		gatherErrors.Inc()
	}
	var text bytes.Buffer
	for _, f := range gathered {
		if _, err := expfmt.MetricFamilyToText(&text, f); err != nil {
			gatherErrors.Inc()
		}
	}
	body := text.Bytes()
	if compressed {
		body = compress(body)
	}
	_, _ = w.Write(body) // an error stays with the buffer
}

// acceptsGzip reports whether the client takes gzip, with a weight above zero.
func acceptsGzip(r *http.Request) bool {
	for _, header := range r.Header.Values("Accept-Encoding") {
		for part := range strings.SplitSeq(header, ",") {
			coding, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
			if strings.TrimSpace(coding) != "gzip" {
				continue
			}
			weight = strings.ReplaceAll(weight, " ", "")
			return strings.Trim(strings.TrimPrefix(weight, "q="), "0.") != "" || weight == ""
		}
	}
	return false
}

var gzipWriters = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return w
}}

// compress makes one gzip member.
func compress(text []byte) []byte {
	var out bytes.Buffer
	w := gzipWriters.Get().(*gzip.Writer)
	defer gzipWriters.Put(w)
	w.Reset(&out)
	_, _ = w.Write(text) // a bytes.Buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

func compressEach(text *[familyCount][]byte) *[familyCount][]byte {
	out := &[familyCount][]byte{}
	for i, t := range text {
		if len(t) > 0 {
			out[i] = compress(t)
		}
	}
	return out
}
