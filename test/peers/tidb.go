package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tikv/client-go/v2/config"
)

// startTidb serves TiDB's status port: the TLS configuration is the one of TiDB's client library, the Common Names
// are compared in a callback of the handshake, and only a list makes the port ask for a certificate at all.
func startTidb(tlsFiles files) (func(), error) {
	security := config.NewSecurity(tlsFiles.ca, tlsFiles.cert, tlsFiles.key, tlsFiles.names)
	tlsConfig, err := security.ToTLSConfig()
	if err != nil {
		return nil, err
	}
	tlsConfig.NextProtos = []string{"http/1.1", "h2"}
	if len(security.ClusterVerifyCN) > 0 {
		tlsConfig.ClientAuth = tls.RequireAndVerifyClientCert
		tlsConfig.VerifyPeerCertificate = verifyCommonName(security.ClusterVerifyCN)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/status", func(response http.ResponseWriter, _ *http.Request) {
		response.Header().Set("Content-Type", "application/json")
		fmt.Fprint(response, `{"connections":0,"version":"8.0.11-TiDB-v8.5.0","git_hash":"None","status":{"init_stats_percentage":100}}`)
	})
	server := &http.Server{Handler: mux, TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){}}
	go func() {
		if err := server.Serve(tls.NewListener(listener, tlsConfig)); !errors.Is(err, http.ErrServerClosed) {
			panic(err)
		}
	}()
	fmt.Println("READY", listener.Addr().(*net.TCPAddr).Port)
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			fmt.Println(err)
		}
	}, nil
}

// verifyCommonName admits a caller whose leaf's Common Name is in the list; entries are trimmed, the name is not.
func verifyCommonName(list []string) func([][]byte, [][]*x509.Certificate) error {
	allowed := make([]string, len(list))
	for i, entry := range list {
		allowed[i] = strings.TrimSpace(entry)
	}
	return func(_ [][]byte, chains [][]*x509.Certificate) error {
		for _, chain := range chains {
			if len(chain) > 0 && slices.Contains(allowed, chain[0].Subject.CommonName) {
				return nil
			}
		}
		return errors.New("the caller's Common Name is not in the list")
	}
}
