// A reader of logs that shares nothing with ours: Go's golang.org/x/mod/sumdb (note and tlog), which
// checks the Go module mirror. It derives everything from the entries, since the tile reader of
// that library passed forged tiles right of the edge until 2026.
//
//	reader check LOG VKEY            checkpoint's signature, root over the entries, every tile
//	reader receipt FILE VKEY         a receipt: signature, and the proof from its own entry
//	reader consistency LOG M N H…    the proof that M entries are the beginning of N
//	reader bench LOG VKEY            entries, and seconds that `check` computes without tiles
package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type stored []tlog.Hash

func (s *stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(*s)) {
			return nil, errors.New("a hash beyond the tree was asked for")
		}
		hashes[i] = (*s)[index]
	}
	return hashes, nil
}

type checkpoint struct {
	size int64
	root tlog.Hash
}

// openCheckpoint believes a note that the key signed under its own name.
func openCheckpoint(text []byte, vkey string) (checkpoint, error) {
	var result checkpoint
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return result, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return result, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		return result, errors.New("not three lines under the key's name")
	}
	result.size, err = strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(result.size, 10) != lines[1] {
		return result, errors.New("the size is not a number")
	}
	result.root, err = tlog.ParseHash(lines[2])
	return result, err
}

// name of a tile or bundle, by the tiled-log specification
func name(level string, index int64, width int) string {
	path := fmt.Sprintf("%03d", index%1000)
	for index /= 1000; index > 0; index /= 1000 {
		path = fmt.Sprintf("x%03d/%s", index%1000, path)
	}
	if width < 256 {
		path += fmt.Sprintf(".p/%d", width)
	}
	return "tile/" + level + "/" + path
}

// eachEntry reads the bundles of the first size entries.
func eachEntry(dir string, size int64, use func(i int64, entry []byte) error) error {
	for first := int64(0); first < size; first += 256 {
		width := 256
		if size-first < 256 {
			width = int(size - first)
		}
		bundle, err := os.ReadFile(filepath.Join(dir, name("entries", first/256, width)))
		if err != nil {
			return err
		}
		for i := 0; i < width; i++ {
			if len(bundle) < 2 {
				return errors.New("a bundle ends early")
			}
			length := int(bundle[0])<<8 | int(bundle[1])
			if len(bundle) < 2+length {
				return errors.New("a bundle ends early")
			}
			if err := use(first+int64(i), bundle[2:2+length]); err != nil {
				return err
			}
			bundle = bundle[2+length:]
		}
		if len(bundle) != 0 {
			return errors.New("a bundle is too long")
		}
	}
	return nil
}

func tree(dir string, size int64) (*stored, error) {
	hashes := make(stored, 0, 2*size)
	err := eachEntry(dir, size, func(i int64, entry []byte) error {
		more, err := tlog.StoredHashes(i, entry, &hashes)
		hashes = append(hashes, more...)
		return err
	})
	return &hashes, err
}

func checkRoot(dir, vkey string) (checkpoint, *stored, error) {
	text, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return checkpoint{}, nil, err
	}
	point, err := openCheckpoint(text, vkey)
	if err != nil {
		return point, nil, err
	}
	hashes, err := tree(dir, point.size)
	if err != nil {
		return point, nil, err
	}
	root, err := tlog.TreeHash(point.size, hashes)
	if err == nil && root != point.root {
		err = errors.New("the entries don't have the root that was signed")
	}
	return point, hashes, err
}

func checkTiles(dir string, size int64, hashes *stored) error {
	for level := 0; size>>(8*level) > 0; level++ {
		count := size >> (8 * level)
		for first := int64(0); first < count; first += 256 {
			width := 256
			if count-first < 256 {
				width = int(count - first)
			}
			path := name(strconv.Itoa(level), first/256, width)
			data, err := os.ReadFile(filepath.Join(dir, path))
			if err != nil {
				return err
			}
			var expected bytes.Buffer
			for i := int64(0); i < int64(width); i++ {
				hash := (*hashes)[tlog.StoredHashIndex(8*level, first+i)]
				expected.Write(hash[:])
			}
			if !bytes.Equal(data, expected.Bytes()) {
				return errors.New(path + " is not that of the entries")
			}
		}
	}
	return nil
}

func checkReceipt(file, vkey string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	split := bytes.Index(text, []byte("\n\n"))
	if split < 0 {
		return errors.New("no blank line")
	}
	lines := strings.Split(string(text[:split]), "\n")
	if len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" ||
		!strings.HasPrefix(lines[1], "extra ") || !strings.HasPrefix(lines[2], "index ") {
		return errors.New("not a tlog-proof")
	}
	entry, err := base64.StdEncoding.DecodeString(lines[1][6:])
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(lines[2][6:], 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	point, err := openCheckpoint(text[split+2:], vkey)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, point.size, point.root, index, tlog.RecordHash(entry))
}

func checkConsistency(dir string, words []string) error {
	older, err := strconv.ParseInt(words[0], 10, 64)
	if err != nil {
		return err
	}
	newer, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		return err
	}
	hashes, err := tree(dir, newer)
	if err != nil {
		return err
	}
	var proof tlog.TreeProof
	for _, word := range words[2:] {
		hash, err := tlog.ParseHash(word)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	oldRoot, err := tlog.TreeHash(older, hashes)
	if err != nil {
		return err
	}
	newRoot, err := tlog.TreeHash(newer, hashes)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, newer, newRoot, older, oldRoot)
}

// computed is how many seconds this process has computed.
func computed() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func run(words []string) error {
	switch {
	case len(words) == 3 && words[0] == "check":
		point, hashes, err := checkRoot(words[1], words[2])
		if err != nil {
			return err
		}
		return checkTiles(words[1], point.size, hashes)
	case len(words) == 3 && words[0] == "receipt":
		return checkReceipt(words[1], words[2])
	case len(words) >= 4 && words[0] == "consistency":
		return checkConsistency(words[1], words[2:])
	case len(words) == 3 && words[0] == "bench":
		runtime.GOMAXPROCS(1)
		start := computed()
		point, _, err := checkRoot(words[1], words[2])
		if err != nil {
			return err
		}
		fmt.Printf("%d %.6f\n", point.size, computed()-start)
		return nil
	}
	return errors.New("usage: reader check|receipt|consistency|bench …")
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "reader: "+err.Error())
		os.Exit(1)
	}
}
