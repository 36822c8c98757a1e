package child

import "unsafe"

// vector is one column of a chunk: exactly one of the first five is set. Times are microseconds
// since 1970.
type vector struct {
	Ints    []int64
	Floats  []float64
	Strings []string
	Bools   []bool
	Times   []int64
	Null    []bool
}

// packed is a vector as it travels: each slice as its bytes in memory, which gob copies whole
// instead of encoding value by value. Parent and child are the same program on the same machine.
type packed struct {
	Ints, Floats, Times, Bools, Null []byte
	// Lengths are those of the strings in Text.
	Lengths, Text []byte
}

func pack(v vector) packed {
	p := packed{Ints: bytesOf(v.Ints), Floats: bytesOf(v.Floats), Times: bytesOf(v.Times), Bools: bytesOf(v.Bools), Null: bytesOf(v.Null)}
	if len(v.Strings) > 0 {
		lengths, total := make([]uint32, len(v.Strings)), 0
		for i, s := range v.Strings {
			lengths[i] = uint32(len(s))
			total += len(s)
		}
		p.Lengths, p.Text = bytesOf(lengths), make([]byte, 0, total)
		for _, s := range v.Strings {
			p.Text = append(p.Text, s...)
		}
	}
	return p
}

func unpack(p packed) vector {
	v := vector{Ints: sliceOf[int64](p.Ints), Floats: sliceOf[float64](p.Floats), Times: sliceOf[int64](p.Times), Bools: sliceOf[bool](p.Bools), Null: sliceOf[bool](p.Null)}
	lengths, text := sliceOf[uint32](p.Lengths), string(p.Text)
	if len(lengths) > 0 {
		v.Strings = make([]string, len(lengths))
		for i, n := range lengths {
			v.Strings[i], text = text[:n], text[n:]
		}
	}
	return v
}

type fixed interface {
	int64 | float64 | uint32 | bool
}

func bytesOf[T fixed](values []T) []byte {
	if len(values) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&values[0])), len(values)*int(unsafe.Sizeof(values[0])))
}

func sliceOf[T fixed](raw []byte) []T {
	if len(raw) == 0 {
		return nil
	}
	// Through a copy: gob's bytes need not lie at an address that T may be read from.
	values := make([]T, len(raw)/int(unsafe.Sizeof(*new(T))))
	copy(bytesOf(values), raw)
	return values
}
