// The verifier of TiDB, PD, TiCDC and TiProxy: Go's own crypto/x509 and crypto/tls, built as WebAssembly, so that the
// answer is that of the code which these components run. The host writes one request (JSON) into memory from allocate()
// and calls verify(); the answer is JSON as well. Nothing is read from files, clock or network: the request carries all.
package main

import (
	"encoding/json"
	"os"
	"runtime"
	"unsafe"
)

// request is one question. Byte slices are base64 in JSON.
type request struct {
	// CA is the text of the CA file of who verifies.
	CA []byte `json:"ca"`
	// CAReader is how that component reads it: "append" (AppendCertsFromPEM) or "etcd" (every PEM block is parsed).
	CAReader string `json:"caReader"`
	// Cert and Key are the texts of the certificate file and key file of who is verified; Key may be missing.
	Cert []byte `json:"cert"`
	Key  []byte `json:"key"`
	// Chain is what a port served, DER, leaf first, in place of Cert and Key.
	Chain [][]byte `json:"chain"`
	// Role is the side of the handshake that shows the certificate: "server" or "client".
	Role string `json:"role"`
	// Host is the name or address that a caller dials; empty where names are not verified.
	Host string `json:"host"`
	// Now is the time of verification, in seconds since the epoch.
	Now int64 `json:"now"`
	// GODEBUG holds the settings that stand for an older Go release.
	GODEBUG string `json:"godebug"`
}

// answer has one error text per step, in Go's words; an empty text means that the step passed.
type answer struct {
	// CA: the CA file could not be loaded. Certificates counts what was taken of it.
	CA           string `json:"ca"`
	Certificates int    `json:"certificates"`
	// Pair: certificate and key could not be loaded by the component that owns them.
	Pair string `json:"pair"`
	// Peer: who verifies would reject the certificate.
	Peer string `json:"peer"`
	// Kind is the type of the Peer error: expired, unknown-authority, name, usage, constraint, other.
	Kind string `json:"kind"`
	// Chains are the verified chains, each a list of SHA-256 fingerprints in hexadecimal, leaf first.
	Chains [][]string `json:"chains"`
}

// buffers keeps memory that the host writes to from being collected.
var buffers = map[uint32][]byte{}

//go:wasmexport allocate
func allocate(size uint32) uint32 {
	buffer := make([]byte, size)
	at := uint32(uintptr(unsafe.Pointer(unsafe.SliceData(buffer))))
	buffers[at] = buffer
	return at
}

//go:wasmexport release
func release(at uint32) {
	delete(buffers, at)
	if len(buffers) == 0 {
		runtime.GC()
	}
}

// verify answers the request at this address: the address of the answer in the upper half, its length in the lower one.
//
//go:wasmexport verify
func verify(at uint32) uint64 {
	text := answerTo(buffers[at])
	out := allocate(uint32(len(text)))
	copy(buffers[out], text)
	return uint64(out)<<32 | uint64(len(text))
}

func answerTo(text []byte) []byte {
	var asked request
	if err := json.Unmarshal(text, &asked); err != nil {
		return encoded(answer{Peer: "request: " + err.Error(), Kind: "other"})
	}
	if os.Getenv("GODEBUG") != asked.GODEBUG {
		os.Setenv("GODEBUG", asked.GODEBUG)
	}
	return encoded(answered(asked))
}

func encoded(value answer) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}

func main() {}
