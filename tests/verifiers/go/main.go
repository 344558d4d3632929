// Command verify checks a full export bundle with golang.org/x/mod/sumdb and nothing of this project: the signed note,
// every tile that is fetched, every entry against the root, and the proof that an older checkpoint was continued.
//
//	verify BUNDLE LOG-VKEY
//
// It prints "verified SIZE entries" and exits with 0, or says what is wrong and exits with 1.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// files reads tiles from a folder laid out as C2SP tlog-tiles says; x/mod names them tile/8/<level>/….
type files struct{ root string }

func (f files) Height() int { return 8 }

func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		read, err := os.ReadFile(filepath.Join(f.root, path))
		if err != nil {
			return nil, err
		}
		data = append(data, read)
	}
	return data, nil
}

func (f files) SaveTiles([]tlog.Tile, [][]byte) {}

func main() {
	if err := verify(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func verify(root, vkey string) error {
	tree, err := checkpoint(filepath.Join(root, "checkpoint"), vkey)
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tree, files{root})
	index := int64(0)
	for bundle := int64(0); index < tree.N; bundle++ {
		entries, err := entries(root, bundle, tree.N)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			if err != nil {
				return fmt.Errorf("entry %d: %w", index, err)
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
				return fmt.Errorf("entry %d: %w", index, err)
			}
			index++
		}
	}
	if _, err := os.Stat(filepath.Join(root, "checkpoint.prev")); err == nil {
		if err := continued(root, vkey, tree, hashes); err != nil {
			return err
		}
	}
	fmt.Printf("verified %d entries\n", index)
	return nil
}

func checkpoint(path, vkey string) (tlog.Tree, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return tlog.Tree{}, err
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	signed, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func entries(root string, bundle, size int64) ([][]byte, error) {
	width := size - bundle*256
	if width > 256 {
		width = 256
	}
	path := tlog.Tile{H: 8, L: -1, N: bundle, W: int(width)}.Path()
	data, err := os.ReadFile(filepath.Join(root, strings.Replace(path, "tile/8/data/", "tile/entries/", 1)))
	if err != nil {
		return nil, err
	}
	var found [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(data[0])<<8+int(data[1]) {
			return nil, fmt.Errorf("bundle %d ends within an entry", bundle)
		}
		end := 2 + int(data[0])<<8 + int(data[1])
		found, data = append(found, data[2:end]), data[end:]
	}
	if int64(len(found)) != width {
		return nil, fmt.Errorf("bundle %d has %d entries instead of %d", bundle, len(found), width)
	}
	return found, nil
}

func continued(root, vkey string, tree tlog.Tree, hashes tlog.HashReader) error {
	older, err := checkpoint(filepath.Join(root, "checkpoint.prev"), vkey)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(tree.N, older.N, hashes)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash); err != nil {
		return fmt.Errorf("the checkpoint held before: %w", err)
	}
	text, err := os.ReadFile(filepath.Join(root, "consistency.txt"))
	if err != nil {
		return err
	}
	sent := strings.Fields(string(text))
	if len(sent) != len(proof) {
		return fmt.Errorf("the bundle's proof has %d hashes instead of %d", len(sent), len(proof))
	}
	for i, hash := range proof {
		if sent[i] != hash.String() {
			return fmt.Errorf("hash %d of the bundle's proof is another", i)
		}
	}
	return nil
}
