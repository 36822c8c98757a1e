package files

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
)

// openPlain opens a file and decompresses it as its ending says.
func openPlain(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	var plain io.Reader = f
	switch {
	case strings.HasSuffix(path, ".gz"):
		plain, err = gzip.NewReader(f)
	case strings.HasSuffix(path, ".zst"):
		var decoder *zstd.Decoder
		decoder, err = zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
		if err == nil {
			plain = decoder.IOReadCloser()
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return plainFile{plain, f}, nil
}

type plainFile struct {
	io.Reader
	file *os.File
}

func (p plainFile) Close() error {
	if c, ok := p.Reader.(io.Closer); ok && p.Reader != io.Reader(p.file) {
		_ = c.Close()
	}
	return p.file.Close()
}

// checkWhole reads a compressed file to its end: the engine takes a cut-off one for complete, and
// rows would be missing without a word. File is what people call it.
func checkWhole(ctx context.Context, table, file, path string) error {
	if !strings.HasSuffix(path, ".gz") && !strings.HasSuffix(path, ".zst") {
		return nil
	}
	plain, err := openPlain(path)
	if err == nil {
		_, err = io.Copy(io.Discard, contextReader{ctx, plain})
		plain.Close()
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return source.Fail(plan.FileUnreadable, err, "table %s: %s is cut off: write it under another name and rename it when complete", table, file)
	default:
		return source.Fail(plan.FileUnreadable, err, "table %s: %s is not the compressed file that its ending says (%v)", table, file, err)
	}
}

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
