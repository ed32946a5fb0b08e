package main

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"time"
)

// answered loads the files as their owner does, then verifies the certificate as the other side does.
func answered(asked request) answer {
	result := answer{Chains: [][]string{}}
	roots, count, caError := readCA(asked.CA, asked.CAReader)
	result.Certificates, result.CA = count, textOf(caError)
	chain := asked.Chain
	var pair *tls.Certificate
	if len(chain) == 0 {
		loaded, pairError := loadPair(asked.Cert, asked.Key)
		if pairError != nil {
			result.Pair = pairError.Error()
			return result
		}
		chain = loaded.Certificate
		if loaded.PrivateKey != nil {
			pair = &loaded
		}
	}
	if caError != nil {
		return result
	}
	verified, peerError := verifyChain(chain, roots, asked)
	if peerError == nil && pair != nil {
		peerError = handshake(*pair, asked)
	}
	result.Peer, result.Kind = textOf(peerError), kindOf(peerError)
	for _, one := range verified {
		prints := []string{}
		for _, certificate := range one {
			sum := sha256.Sum256(certificate.Raw)
			prints = append(prints, hex.EncodeToString(sum[:]))
		}
		result.Chains = append(result.Chains, prints)
	}
	return result
}

// readCA reads a CA file by AppendCertsFromPEM, which skips what it cannot read, or as etcd's NewCertPool does for PD:
// every PEM block has to be a certificate.
func readCA(text []byte, reader string) (*x509.CertPool, int, error) {
	pool := x509.NewCertPool()
	count := 0
	for rest := text; ; {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			break
		}
		if reader != "etcd" && (block.Type != "CERTIFICATE" || len(block.Headers) != 0) {
			continue
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil && reader == "etcd" {
			return nil, count, err
		}
		if err == nil {
			count++
			pool.AddCert(certificate)
		}
	}
	if count == 0 && reader != "etcd" {
		return nil, 0, errors.New("no certificate could be read from the CA file")
	}
	return pool, count, nil
}

func loadPair(cert, key []byte) (tls.Certificate, error) {
	if len(key) > 0 {
		return tls.X509KeyPair(cert, key)
	}
	var loaded tls.Certificate
	for rest := cert; ; {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			break
		}
		if block.Type == "CERTIFICATE" {
			loaded.Certificate = append(loaded.Certificate, block.Bytes)
		}
	}
	if len(loaded.Certificate) == 0 {
		return loaded, errors.New("tls: failed to find any PEM data in certificate input")
	}
	_, err := x509.ParseCertificate(loaded.Certificate[0])
	return loaded, err
}

// verifyChain asks what crypto/tls asks of a peer's certificates.
func verifyChain(chain [][]byte, roots *x509.CertPool, asked request) ([][]*x509.Certificate, error) {
	options := x509.VerifyOptions{
		Roots:         roots,
		Intermediates: x509.NewCertPool(),
		CurrentTime:   time.Unix(asked.Now, 0),
		DNSName:       asked.Host,
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if asked.Role == "client" {
		options.KeyUsages = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		options.DNSName = ""
	}
	var leaf *x509.Certificate
	for at, der := range chain {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		if at == 0 {
			leaf = certificate
		} else {
			options.Intermediates.AddCert(certificate)
		}
	}
	verified, err := leaf.Verify(options)
	if err != nil {
		return nil, err
	}
	return verified, keyTaken(leaf, asked.Role)
}

// keyTaken asks what crypto/tls asks of a peer's key; a handshake proves it where the key is here.
func keyTaken(leaf *x509.Certificate, role string) error {
	switch leaf.PublicKey.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey:
		return nil
	}
	if role == "client" {
		return fmt.Errorf("tls: client certificate contains an unsupported public key of type %T", leaf.PublicKey)
	}
	return fmt.Errorf("tls: server's certificate contains an unsupported type of public key: %T", leaf.PublicKey)
}

// handshake proves that TLS itself takes the key: sizes, curves and signature algorithms.
func handshake(pair tls.Certificate, asked request) error {
	at := func() time.Time { return time.Unix(asked.Now, 0) }
	server := &tls.Config{Certificates: []tls.Certificate{pair}, Time: at, CurvePreferences: curves}
	client := &tls.Config{InsecureSkipVerify: true, Time: at, CurvePreferences: curves}
	if asked.Role == "client" {
		server.Certificates = []tls.Certificate{selfSigned()}
		server.ClientAuth = tls.RequireAnyClientCert
		client.Certificates = []tls.Certificate{pair}
	}
	near, far := net.Pipe()
	defer near.Close()
	serverDone := make(chan error, 1)
	go func() {
		defer far.Close()
		connection := tls.Server(far, server)
		err := connection.Handshake()
		if err == nil {
			// A client of TLS 1.3 has sent its certificate only once the server answers.
			_, err = connection.Write([]byte{0})
		}
		serverDone <- err
	}()
	connection := tls.Client(near, client)
	clientError := connection.Handshake()
	if clientError == nil {
		_, clientError = connection.Read(make([]byte, 1))
	}
	near.Close()
	serverError := <-serverDone
	// The side that objects says why; the other one only hears of it.
	if clientError != nil && !isRemote(clientError) {
		return clientError
	}
	if serverError != nil {
		return serverError
	}
	return clientError
}

func isRemote(err error) bool {
	var operation *net.OpError
	return errors.As(err, &operation) && operation.Op == "remote error"
}

var curves = []tls.CurveID{tls.X25519, tls.CurveP256}

var throwaway *tls.Certificate

// selfSigned is what a server shows while a client is verified; nothing verifies it.
func selfSigned() tls.Certificate {
	if throwaway == nil {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			panic(err)
		}
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1),
			NotAfter:     time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
		}
		der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
		if err != nil {
			panic(err)
		}
		throwaway = &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	}
	return *throwaway
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func kindOf(err error) string {
	var invalid x509.CertificateInvalidError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "expired"
	case errors.As(err, &invalid) && invalid.Reason == x509.IncompatibleUsage:
		return "usage"
	case errors.As(err, &invalid) && (invalid.Reason == x509.CANotAuthorizedForThisName || invalid.Reason == x509.CANotAuthorizedForExtKeyUsage):
		return "constraint"
	case errors.As(err, &authority):
		return "unknown-authority"
	case errors.As(err, &name):
		return "name"
	default:
		return "other"
	}
}
